# A budget that has ended before it began still gives a line; a log read within it is whole.
zstd -qdc fixtures/logs/storm-node24/v8.log.zst >v8.log
unpeg line --no-symbols --budget 1us v8.log >line
echo $?
grep -oE '^unpeg v=1 status=[^ ]*|partial=[01]|budget_ms=.*' line
unpeg line --strict --no-symbols --budget 1us v8.log >line
echo "strict: $?"
unpeg line --no-symbols --budget 1us - <v8.log | grep -oE '^unpeg v=1 status=[^ ]*|partial=[01]'
cat v8.log | unpeg line --no-symbols --budget 1us - | grep -oE '^unpeg v=1 status=[^ ]*|partial=[01]'
unpeg line --no-symbols --budget 1h v8.log | grep -oE '^unpeg v=1 status=[^ ]*|partial=[01]'
unpeg line --no-symbols --budget 0 v8.log | grep -oE '^unpeg v=1 status=[^ ]*|partial=[01]'
