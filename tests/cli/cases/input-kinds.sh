# One log, in every form, gives one report.
zstd -qdc fixtures/logs/loop-node20/v8.log.zst >v8.log
gzip -c v8.log >v8.log.gz
printf '\xef\xbb\xbf' | cat - v8.log >bom
iconv -f UTF-8 -t UTF-16LE v8.log >utf16le
iconv -f UTF-8 -t UTF-16 v8.log >utf16
mkfifo fifo
reading() {
    unpeg report --no-symbols "$@" | sed -e 's/^[^ ]*: /LOG: /' -e 's/[0-9.]* MB read/N MB read/'
}
reading v8.log >want
head -1 want
cat v8.log >fifo &
for words in v8.log.gz bom utf16le utf16 fifo fixtures/logs/loop-node20/v8.log.zst; do
    reading $words | cmp - want && echo "$words: the same"
done
cat v8.log | reading - | cmp - want && echo "pipe: the same"
reading - <v8.log.gz | cmp - want && echo "redirected: the same"
