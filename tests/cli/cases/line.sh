unpeg line --no-symbols fixtures/logs/loop-node20/v8.log.zst | sed 's/ ms=[0-9]*//'
cp fixtures/logs/regexp-node20/v8.log.zst isolate-0x3daea0b0-10021-v8.log
unpeg line --no-symbols isolate-0x3daea0b0-10021-v8.log | grep -o ' pid=.* log=[^ ]*'
