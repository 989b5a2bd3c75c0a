# The newest capture of a realm, as the log and as what it says.
store=file://$PWD/store
fetch() { unpeg fetch --store $store "$@" 2>&1 | sed "s|$PWD|DIR|g"; return ${PIPESTATUS[0]}; }
unpeg upload -q --store $store --key e/realm-a/j/c/s/1.v8log.zst fixtures/logs/loop-node20/v8.log.zst >/dev/null
unpeg upload -q --store $store --key e/realm-b/j/c/s/2.v8log fixtures/bad/not-a-log/v8.log >/dev/null 2>&1
unpeg fetch --store $store --realm realm-a | unpeg line --no-symbols - | sed 's/ ms=.*//; s/ log=[^ ]*//' >piped
unpeg fetch --store $store --realm realm-a --line 2>/dev/null | sed 's/ ms=.*//; s/ log=[^ ]*//' >direct
cut -d' ' -f1-5 piped
cut -d' ' -f1-5 direct
unpeg fetch --store $store --key e/realm-a/j/c/s/1.v8log.zst --report | head -1
unpeg fetch --store $store --key e/realm-a/j/c/s/1.v8log.zst --as-stored | cmp - fixtures/logs/loop-node20/v8.log.zst && echo as stored
fetch --realm realm-b --report
echo $?
fetch --realm none
echo $?
fetch --realm 'realm.a'
echo $?
fetch --key none -o kept
echo $?
fetch --key ../../etc/passwd
echo $?
fetch
echo $?
fetch --key a --realm b
echo $?
fetch --key a --report --line
echo $?
fetch word
echo $?
ls
