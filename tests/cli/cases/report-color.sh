log=fixtures/logs/loop-node20/v8.log.zst
colored() {
    env "$@" unpeg report --no-symbols $when $log | grep -c $'\e\\[' | sed 's/^[1-9].*/yes/; s/^0/no/'
}
for when in '' --color=auto --color=always --color=never; do
    echo "$when: $(colored A=) force $(colored CLICOLOR_FORCE=1) force-0 $(colored CLICOLOR_FORCE=0)" \
        "no $(colored NO_COLOR=1) no-empty $(colored NO_COLOR=) both $(colored NO_COLOR=1 CLICOLOR_FORCE=1)"
done
