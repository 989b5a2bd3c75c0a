# No file that is opened takes the place of a closed stream.
log=fixtures/logs/loop-node20/v8.log.zst
unpeg report --no-symbols $log >want
unpeg report --no-symbols -o got $log no-such.log 2>&- <&-
echo $?
unpeg report --no-symbols -o got $log >&- 2>&- <&-
echo $?
cmp got want
