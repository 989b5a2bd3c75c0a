# The path and nothing else on standard output.
answer() { "$@"; echo "exit $?"; }
mkdir logs
echo "none:"; answer unpeg pick logs
printf 12345 >logs/isolate-0x1-999999991-unpeg-999999991.log
touch -d '2 minutes ago' logs/*.log
echo "only:"; answer unpeg pick logs
touch -d '1 minute ago' logs/.unpeg-armed
printf 12 >logs/npm-debug.log
echo "of an earlier run:"; answer unpeg pick logs
printf 1234567 >logs/isolate-0x2-999999992-unpeg-999999992.log
touch -d '10 seconds ago' logs/isolate-0x2-*
printf 12 >logs/isolate-0x3-999999993-unpeg-999999993.log
echo "by time:"; answer unpeg pick --observe 1ms logs/
echo "by pid:"; answer unpeg pick -q --pid 999999992 logs
echo "of no process:"; answer unpeg pick -q --pid 3 logs
echo "json:"; unpeg pick --json --observe 1ms logs | sed 's/"modified_ms":[0-9]*/"modified_ms":N/'
answer unpeg pick
answer unpeg pick no-such
answer unpeg pick --pid 0 logs
answer unpeg pick --observe 0 logs
