for name in loop-node20 recursion-node20 overflow-node20 one-file-node24; do
    unpeg report --strict --no-symbols fixtures/logs/$name/v8.log.zst >/dev/null
    echo "$name: $?"
done
