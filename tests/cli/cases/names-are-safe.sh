# Names of logs and of functions are other people's: none reaches a terminal raw.
{
    printf 'v8-version,11,3,244,8,-node.38,0\nv8-platform,linux,linux\nprofiler,begin,1000\n'
    printf 'code-creation,JS,0,100,0x1000,64,ev\\x1b[31mil\\u202e\\x07 /a\\x0ab.js:1:2,0x1,*\n'
    for i in $(seq 20); do
        printf 'tick,0x1010,%d,0,0x0,0\n' $((i * 1000))
    done
} >log
unpeg report log >report
unpeg line log >line
unpeg report --json log >json
for file in report line json; do
    LC_ALL=C grep -c $'[\x01-\x09\x0b-\x1f\x7f]' $file
    grep -c $'\u202e' $file
done
grep -c 'ev\\x1b\[31mil' report
unpeg report $'no\x1b[31mlog\u202e' 2>&1 | cat -v
unpeg $'re\x1bport' 2>&1 | cat -v
unpeg report $'--to\x1bp' 2>&1 | cat -v
unpeg report $'--top=\x1b' log 2>&1 | cat -v
