# The layout that one knows; a flag that only unpeg has, and options of the original.
log=fixtures/logs/loop-node20/v8.log.zst
unpeg prof-process --no-symbols --only-summary $log
unpeg prof-process --no-symbols -j --call-graph-size=2 $log | grep -E '^ \[|^Statistical'
unpeg prof-process --no-symbols --output=file $log && unpeg prof-process --no-symbols $log | cmp - file &&
    zstd -qdc $log | unpeg prof-process --no-symbols - | sed "1s: -,: $log,:" | cmp - file && echo "file, pipe: the same"
for words in '-p --parser' '-b --bytecode-compiler' '-ni --no-idle' '-g --gc' '-c --compiler' '-o --other' '-e --external'; do
    set -- $words
    unpeg prof-process --no-symbols $1 $log >letter
    unpeg prof-process --no-symbols $2 $log | cmp - letter && echo "$words: the same"
done
