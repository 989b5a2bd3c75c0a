main=fixtures/logs/workers-node22-main/v8.log.zst worker=fixtures/logs/workers-node22-resize/v8.log.zst
ticks() {
    unpeg report --json --no-symbols "$@" | sed -n '/"totals"/,$s/.*"ticks": \([0-9]*\),.*/\1/p' | head -1
}
unpeg report --merge --no-symbols $main $worker | head -1
[ $(ticks --merge $main $worker) -eq $(($(ticks $main) + $(ticks $worker))) ] && echo "ticks add up"
unpeg report --merge --no-symbols $main no-such.log >report
echo $?
unpeg report --merge no-such.log
echo $?
