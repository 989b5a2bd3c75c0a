# One report each, with an empty line between them; one that fails does not stop the others.
log() { echo fixtures/logs/$1/v8.log.zst; }
unpeg report --no-symbols $(log regexp-node20) no-such.log $(log gc-node22) >reports
echo $?
grep -cE '^fixtures' reports
unpeg report --json --no-symbols $(log regexp-node20) $(log gc-node22) | grep -E '^[{}]|"log"'
# Each first line but the first is behind an empty one.
awk '/^fixtures/ && NR > 1 { print before == "" ? "separated" : "not separated" } { before = $0 }' reports
