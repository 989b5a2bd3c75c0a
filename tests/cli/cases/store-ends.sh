# What ends an upload leaves nothing behind, and says so.
echo text >v8.log
tidy() { sed "s|$PWD|DIR|g; s/ ms=[0-9]*//"; }
unpeg upload --store file://$PWD/store --key k --budget 1us v8.log | tidy
echo "exit ${PIPESTATUS[0]}"
mkdir -p blocked
echo >blocked/store
unpeg upload --store file://$PWD/blocked/store --key k v8.log | tidy
echo "exit ${PIPESTATUS[0]}"
unpeg upload --store file://$PWD/store --key a/../k v8.log | tidy
echo "exit ${PIPESTATUS[0]}"
(
    exec 3>>v8.log
    echo -n 'tick,0x' >&3
    unpeg upload --store file://$PWD/store --key growing --delete v8.log | tidy | sed 's/process [0-9]*/process PID/'
)
unpeg fetch --store file://$PWD/store --key growing
find . -name 'v8.log' -o -name '.unpeg-*'
