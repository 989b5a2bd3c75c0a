log=fixtures/logs/loop-node20/v8.log.zst
echo old >kept
unpeg report --no-symbols -o kept $log no-such.log
echo $?
cat kept
unpeg report --no-symbols -o new no-such.log
echo $?
unpeg report --no-symbols -o folder/new $log
echo $?
unpeg report --no-symbols -o fixtures $log
echo $?
ls
