for words in '' --strict --frobnicate --source-map=x --output --sysroot --; do
    unpeg prof-process $words ${words:+no-such.log}
    echo "$words: $?"
done
for words in no-such.log fixtures '--strict no-such.log' '--strict fixtures' fixtures/recipes.tsv; do
    unpeg prof-process $words
    echo "$words: $?"
done
unpeg prof-process --no-symbols --output=nowhere/file fixtures/logs/loop-node20/v8.log.zst
echo $?
unpeg prof-process --no-symbols fixtures/logs/loop-node20/v8.log.zst >/dev/full
echo $?
unpeg prof-process --whatever --help | head -1
