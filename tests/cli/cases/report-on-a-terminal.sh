# A pseudo terminal: colours, unless told otherwise; rows as wide as it is; no rest of a progress bar.
command -v script >/dev/null || { echo "skipped: script(1) is not installed"; exit 77; }
log=fixtures/logs/loop-node20/v8.log.zst
on_terminal() {
    TERM=$1 script -qec "stty cols 90; ${2:-} unpeg report --no-symbols $log" /dev/null </dev/null | tr -d '\r' >seen
    colors=$(grep -c $'\e\\[[0-9;]*m' seen)
    sed -i 's/\x1b\[[0-9;]*m//g' seen
    echo "TERM=$1 ${2:-}: $([ "$colors" -gt 0 ] && echo colours || echo plain)," \
        "widest $([ "$(wc -L <seen)" -le 90 ] && echo fits || wc -L <seen), $(grep -c $'\e' seen) other escapes"
}
on_terminal xterm
on_terminal dumb
on_terminal xterm NO_COLOR=1
