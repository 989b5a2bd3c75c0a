# Never longer than asked for, one line, and what matters stays.
for bytes in 80 100 200 400 1000 8000; do
    for name in loop-node20 chromium-pegged recursion-node26 odd-names-node20; do
        unpeg line --no-symbols --top 20 --max-line $bytes fixtures/logs/$name/v8.log.zst >line
        [ "$(wc -l <line)" -eq 1 ] && [ "$(wc -c <line)" -le $((bytes + 1)) ] || echo "$name $bytes: $(wc -c <line)"
        grep -qE '^unpeg v=1 status=ok .*partial=0 ticks=[0-9]+ ' line || { echo "$name $bytes:"; cat line; }
        iconv -f UTF-8 -t UTF-8 line >/dev/null || echo "$name $bytes: not UTF-8"
    done
done
unpeg line --no-symbols --max-line 1K fixtures/logs/loop-node20/v8.log.zst | wc -l
