log=fixtures/logs/compile-node24/v8.log.zst
rows() {
    unpeg report --no-symbols "$@" $log | sed -n '/^FUNCTIONS/,/^$/p' | sed '1,2d; /^$/d' | wc -l
}
echo "2: $(rows -n 2), default: $(rows), 1000: $(rows --top=1000)"
[ "$(rows --top 0)" -eq "$(rows --top=1000)" ] && echo "0 is all"
