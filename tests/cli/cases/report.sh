# What is in a report, and in which order; its texts are tested with the renderer.
unpeg report --no-symbols fixtures/logs/loop-node20/v8.log.zst >report
head -1 report
grep -oE '^[A-Z][A-Z ]{4,}' report
