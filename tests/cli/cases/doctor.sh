# What does not depend on the machine: the order of the checks of a process that is there.
sleep 60 &
unpeg doctor $! | grep -oE '^(ok|warn|bad) +(uid|dumpable|tracer) ' | sed 's/.* \([a-z]*\) $/\1/'
unpeg doctor --json $! | sed -n 's/.*"schema": //p; s/^  "pid": [0-9]*,$/a pid/p'
kill $!
unpeg doctor | head -1 | cut -c 1-9
unpeg doctor 2147483647; echo "exit $?"
unpeg doctor x; echo "exit $?"
unpeg doctor 1 2; echo "exit $?"
unpeg doctor 0; echo "exit $?"
