# Every fixture goes through a store and comes back byte for byte, compressed on the way or not.
store=file://$PWD/store
count=0
for log in fixtures/logs/*/v8.log* fixtures/bad/*/v8.log*; do
    name=${log#fixtures/} name=${name//\//-}
    unpeg upload -q --store $store --key raw/$name $log >line || { cat line; continue; }
    unpeg upload -q --store $store --key packed/$name --compress zstd $log >line || { cat line; continue; }
    for how in raw packed; do
        unpeg fetch -q --store $store --key $how/$name --as-stored >$how.back || echo "$name: $how: not fetched"
    done
    cmp $log raw.back && zstd -qdc <packed.back | cmp $log - && count=$((count + 1))
done
[ $count -eq $(ls fixtures/logs/*/v8.log* fixtures/bad/*/v8.log* | wc -l) ] && [ $count -gt 50 ] && echo all of them
