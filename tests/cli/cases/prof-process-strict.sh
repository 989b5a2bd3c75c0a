# Byte for byte, text and JSON, beside what Node 26 printed.
name=fixtures/logs/loop-node20
zstd -qdc $name/v8.log.zst >v8.log
unpeg prof-process --strict v8.log | cmp - $name/prof-process.txt && echo "text: the same"
unpeg prof-process -j --strict v8.log | cmp - $name/prof-process.js.txt && echo "-j: the same"
unpeg prof-process --strict --output=file v8.log && cmp file $name/prof-process.txt && echo "file: the same"
unpeg prof-process --strict - <v8.log | sed '1s/ -,/ v8.log,/' | cmp - $name/prof-process.txt && echo "pipe: the same"
# node reads no compressed log; other rules than the original's do.
unpeg prof-process --strict $name/v8.log.zst
echo $?
unpeg prof-process --preprocess $name/v8.log.zst >decoded
echo $?
unpeg prof-process --strict --preprocess v8.log | cmp - decoded && echo "JSON: the same"
