# A full device is said; a reader that left is none of our business.
log=fixtures/logs/chromium-pegged/v8.log.zst
unpeg report --no-symbols $log >/dev/full
echo $?
unpeg report --no-symbols -o /dev/full $log
echo $?
unpeg line $log >/dev/full
echo $?
unpeg help >/dev/full
echo $?
unpeg report --no-symbols $log >&-
echo $?
stat -c %F /dev/full
# More than a pipe holds, to a reader that takes one byte.
unpeg report --json --top 0 --no-symbols fixtures/logs/compile-node24/v8.log.zst | head -c 1
echo ${PIPESTATUS[0]}
