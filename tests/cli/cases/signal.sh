# The first signal ends a wait for more of the log; what came by then is shown. More is written than a
# pipe holds, so that the log has begun when the signal comes.
zstd -qdc fixtures/logs/loop-node20/v8.log.zst >v8.log
for signal in INT TERM HUP; do
    mkfifo fifo
    # A shell that runs in the background ignores SIGINT, and so would what it starts.
    env --default-signal=INT unpeg report --no-symbols fifo >report 2>errors &
    exec 3>fifo
    cat v8.log >&3
    kill -$signal $!
    wait $!
    echo "$signal: $?, $(head -1 report)"
    cat errors
    exec 3>&-
    rm fifo
done
