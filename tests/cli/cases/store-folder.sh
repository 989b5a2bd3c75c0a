# A folder as a store: up, listed, and back byte for byte; what is there is not replaced.
zstd -qdc fixtures/logs/loop-node20/v8.log.zst >v8.log
store=file://$PWD/store
tidy() { sed "s|$PWD|DIR|g; s/ ms=[0-9]*//; s/[0-9-]*T[0-9-]*Z-0-[0-9a-f]\{8\}/TIME-0-RANDOM/g; s/^[0-9TZ:-]* /WHEN /"; }
unpeg upload --store $store --key r/first.v8log v8.log | tidy
unpeg upload --store $store --key r/first.v8log v8.log | tidy
echo different >other.log
unpeg upload --store $store --key r/first.v8log other.log | tidy
echo "exit ${PIPESTATUS[0]}"
unpeg fetch --store $store --key r/first.v8log | cmp - v8.log && echo same
unpeg upload --store $store --key 'realm=https://r/x, y,card=a/b?c,job=7,step=s,env=e' --compress zstd --delete v8.log | tidy
ls v8.log 2>&1
unpeg fetch -q --store $store --realm 'R/X, Y' -o v8.log && unpeg fetch --store $store --key r/first.v8log | cmp - v8.log && echo same
touch -d 2020-01-01 store/r/first.v8log
unpeg list --store $store | tidy
unpeg list --store $store --realm nobody
UNPEG_STORE=$store unpeg list --env e -n 1 | tidy
find store -type f | grep -c unpeg-
find store -perm /077
