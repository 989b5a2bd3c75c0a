unpeg report
echo $?
unpeg line
echo $?
unpeg line a b
echo $?
unpeg completion
echo $?
unpeg completion tcsh
