unpeg report no-such.log
echo $?
unpeg line no-such.log | sed 's/ ms=[0-9]*//'
exit ${PIPESTATUS[0]}
