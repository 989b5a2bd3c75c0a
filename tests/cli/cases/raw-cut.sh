# A raw recording that was cut off: what is there, and that its end is missing.
head -c 55000 fixtures/raw/regexp-node20/samples.raw >early.raw
head -c -3000 fixtures/raw/regexp-node20/samples.raw >late.raw
unpeg report early.raw; echo "exit $?"
unpeg line early.raw | sed 's/ ms=[0-9]*//'
unpeg report late.raw | sed -n '/^SUMMARY/,/^$/p; /Partial/p'
unpeg line late.raw | sed 's/ ms=[0-9]*//'
unpeg report --json late.raw | grep -o '"backend":"[^"]*"'
