# The timeout path on logs whose writer is gone: each of its ends, with the line, the code and what is on the disk.
zstd -qdc fixtures/logs/loop-node20/v8.log.zst >v8.log
store=file://$PWD/store
tidy() {
    sed "s|$PWD|DIR|g; s/ms=[0-9]*/ms=N/g; s/([0-9]* ms)/(N ms)/g; s/[0-9]\{8\}T[0-9]\{9\}Z-[0-9]*-[0-9a-f]\{8\}/ID/g
        s/[0-9-]*T[0-9-]*Z-\([0-9]*\)-[0-9a-f]\{8\}/TIME-\1-RANDOM/g"
}
# One line, whatever happens; from its status on what is of the capture and not of the log.
capture() {
    unpeg capture --dir logs --observe 1ms "$@" >line
    local code=$?
    tidy <line | sed 's/^\(unpeg v=1 status=[a-z-]*\( reason="[^"]*"\| reason=[^ ]*\)\?\).*\( \(picked\|dir\)=.*\)/\1 ...\3/'
    echo "exit $code, $(wc -l <line) line; logs: $(ls logs | grep -c log$), spool: $(ls logs/unpeg-spool 2>/dev/null | wc -l), stored: $(find store -type f 2>/dev/null | wc -l)"
}
log() { rm -rf logs store; mkdir logs; cp v8.log "logs/isolate-0x1-999999991-unpeg-999999991.log"; }

echo "--- nothing armed, no folder, none, none of ours"
unpeg capture --pid 999999991 | tidy; echo "exit ${PIPESTATUS[0]}"
capture
mkdir logs; capture
echo 1 >logs/npm-debug.log; capture --pid 999999991
echo "--- summarized"
log; capture --store $store
log; capture --store $store --upload never
log; capture --store $store --upload always --key realm=R,card=C,job=7
cmp "$(find store -type f)" v8.log && echo same
log; capture --store $store --upload always --compress zstd
echo "--- summarized, and it was not the only one"
log; cp v8.log logs/isolate-0x2-999999992-unpeg-999999992.log; touch -d '1 minute ago' logs/isolate-0x1-*
capture --store $store --upload always
echo "--- no log of V8: stored instead"
log; echo nonsense >logs/isolate-0x1-999999991-unpeg-999999991.log; capture --store $store
cat "$(find store -type f)"
echo "--- no store, or none that can be: it waits"
log; capture --upload always --key realm=R
capture --upload always --store ftp://x
echo nonsense >store; capture --upload always --store $store; rm store
log; echo nonsense >logs/isolate-0x1-999999991-unpeg-999999991.log; capture
unpeg drain logs | tidy; echo "exit ${PIPESTATUS[0]}"
unpeg drain --store $store logs | tidy; echo "exit ${PIPESTATUS[0]}; logs: $(ls logs)"
unpeg drain --store $store logs; echo "exit $?"
echo "--- its note is damaged: whose it was is not known any more"
log; capture --upload always --key realm=R
head -c 40 logs/unpeg-spool/*.state >cut; cp cut logs/unpeg-spool/*.state
unpeg drain --store $store logs | tidy; echo "exit ${PIPESTATUS[0]}; $(find store -type f -exec cmp v8.log {} \; -print | wc -l) stored"
echo "--- no spool: stored all the same"
log; echo nonsense >logs/isolate-0x1-999999991-unpeg-999999991.log; echo >logs/unpeg-spool; capture --store $store
echo "--- a short line keeps the key"
log; capture --max-line 200 --store $store --upload always --key realm=R,card=a-long-name
echo "--- usage"
for words in --pid=0 --browser-pid=x --upload=later --observe=0 --last=x --top=0 --max-line=199 --compress=gzip --sse=AES --key=a/b operand; do
    unpeg capture --dir logs "$words"; echo "$words: exit $?"
done
unpeg capture; echo "exit $?"
unpeg capture --pid 999999991 --no-live; echo "exit $?"
unpeg drain; echo "exit $?"
unpeg drain no-such-folder; echo "exit $?"
