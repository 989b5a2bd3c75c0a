# Both readers end at a signal and print what they have.
zstd -qdc fixtures/logs/loop-node20/v8.log.zst >v8.log
for words in --no-symbols --strict; do
    mkfifo fifo
    env --default-signal=INT unpeg prof-process $words fifo >report &
    exec 3>fifo
    cat v8.log >&3
    kill -INT $!
    wait $!
    echo "$words: $?, $(head -1 report)"
    exec 3>&-
    rm fifo
done
