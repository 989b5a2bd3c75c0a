# Earlier logs go, all else stays.
refused() { "$@"; echo "exit $?"; }
mkdir logs; cd logs
printf 12345 >isolate-0x1-999999991-unpeg-999999991.log
printf 12345 >isolate-0x1-999999991-other-1.log
printf 123 >unpeg-999999992.log
printf 1 >unpeg-notes.txt
ln -s unpeg-notes.txt isolate-0x2-7-unpeg-7.log
echo "no launch:"; unpeg sweep .
touch -d '2 minutes ago' ./*.log
touch -d '1 minute ago' .unpeg-armed
printf 1234567 >isolate-0x3-999999993-unpeg-999999993.log
echo "dry:"; unpeg sweep -n .
echo "json:"; unpeg sweep --dry-run --json .
echo "open:"; sleep 60 3>>unpeg-999999992.log & unpeg sweep . | sed "s/pid $!/pid N/"; kill $!; wait $! 2>/dev/null
echo "total:"; unpeg sweep --max-total 6 .
ls
echo "another prefix:"; unpeg sweep --prefix '' -n .
refused unpeg sweep
refused unpeg sweep no-such
refused unpeg sweep --max-total much .
