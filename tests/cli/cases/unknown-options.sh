log=fixtures/logs/loop-node20/v8.log.zst
for words in --fokus=a --foc=a --frobnicate -x -qx --json=yes --help=yes --top -n -qn --; do
    unpeg report $words
    echo "$words: $?"
done
# A value is a value, whatever it looks like; behind -- everything is a log.
unpeg report --focus --help --no-symbols $log | head -1
unpeg report -- --help
echo $?
