log=fixtures/logs/loop-node20/v8.log.zst
for words in --budget=5 --budget=5x --last=-1s --range=5 --range=9,3 --range=1s,x --top=many --color=red '--focus=(' '--ignore=a{'; do
    unpeg report "$words" $log
    echo "$words: $?"
done
for words in --max-line=79 --max-line=8001 --max-line=1M --top=21; do
    unpeg line $words $log
    echo "$words: $?"
done
unpeg report --last 1s --range 1,2 $log
echo $?
