unpeg fixtures/logs/loop-node20/v8.log.zst
