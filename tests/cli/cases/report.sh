unpeg report --no-symbols fixtures/logs/loop-node20/v8.log.zst
