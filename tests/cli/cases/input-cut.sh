# What a killed process leaves, plain and compressed.
zstd -qdc fixtures/logs/loop-node20/v8.log.zst >v8.log
head -c 280000 v8.log >cut.log
gzip -c v8.log | head -c 30000 >cut.gz
for log in cut.log cut.gz; do
    unpeg report --no-symbols $log >report
    echo "$log: $?, $(head -1 report)"
    unpeg report --strict --no-symbols $log >report
    echo "strict: $?"
    unpeg line --no-symbols $log | grep -o ' partial=[01] '
done
unpeg report --strict --no-symbols v8.log >report
echo "whole, strict: $?"
