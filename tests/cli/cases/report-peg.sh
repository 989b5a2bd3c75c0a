ticks() {
    unpeg report --json --no-symbols "$@" fixtures/logs/idle-then-peg-node20/v8.log.zst |
        sed -n '/"totals"/,$s/.*"ticks": \([0-9]*\),.*/\1/p' | head -1
}
echo "all: $(ticks), peg: $(ticks --peg)"
