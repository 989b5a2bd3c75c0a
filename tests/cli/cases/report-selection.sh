log=fixtures/logs/loop-node20/v8.log.zst
ticks() {
    unpeg report --json --no-symbols "$@" $log >json || exit 1
    sed -n '/"totals"/,$s/.*"\(ticks\|excluded\)": \([0-9]*\),.*/\1 \2/p' json | head -2 | paste -sd ' '
}
all=$(ticks)
echo "all: $all"
for words in --last=100ms --range=100,200 --range=0.1s,200 --range=,200 --range=200, --focus=spin --ignore=spin \
    '--focus=spin --ignore=spin' --focus=nothing-like-it; do
    echo "$words: $(ticks $words)"
done
