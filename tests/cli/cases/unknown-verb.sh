unpeg reprot
echo $?
unpeg prof
echo $?
unpeg frobnicate
echo $?
unpeg help frobnicate
