log=fixtures/logs/idle-then-peg-node20/v8.log.zst
unpeg report --no-symbols $log | grep '^  ticks'
unpeg report --no-symbols --peg $log | grep '^  ticks'
