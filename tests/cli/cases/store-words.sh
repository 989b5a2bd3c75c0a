# Words that are no store, key or option value.
for words in 'list' 'list --store /dir' 'list --store file://host/dir' 'list --store s3://' 'list --store ftp://x' \
    'list --store file:///none' 'list --store file:///none --budget 5' 'list --store file:///none -n x' \
    'list --store file:///none word' 'upload --store file:///none' 'upload --store file:///none a b' \
    'upload --store file:///none none.log' 'upload --store file:///none --verify no none.log' \
    'upload --store file:///none --compress gzip none.log' 'upload --store file:///none --sse x none.log' \
    'upload --store file:///none fixtures' 'fetch --store file:///none --key a --reprot'; do
    echo "$words"
    unpeg $words 2>&1
    echo "  $?"
done
