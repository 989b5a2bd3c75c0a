mkdir folder
: >empty
printf 'hello\nworld\n' >text
printf 'v8-version,11,3,244,8,-node.38,0\nprofiler,begin,1000\n' >no-ticks
printf '\x28\xb5\x2f\xfd\x00\x90\x09\x00\x00x' >window.zst
head -c 4096 /dev/zero >zeros
for log in folder empty text no-ticks window.zst zeros; do
    unpeg report $log >/dev/null
    echo "report $log: $?"
    unpeg line $log | sed 's/ ms=[0-9]*//'
    echo "line: ${PIPESTATUS[0]}"
done
