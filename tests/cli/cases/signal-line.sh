zstd -qdc fixtures/logs/loop-node20/v8.log.zst >v8.log
mkfifo fifo
env --default-signal=INT unpeg line --no-symbols fifo >line &
exec 3>fifo
cat v8.log >&3
kill -INT $!
wait $!
echo $?
grep -oE '^unpeg v=1 status=[^ ]*|partial=[01]' line
