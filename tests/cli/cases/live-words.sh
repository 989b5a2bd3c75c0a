# What the verbs on a running process refuse, before they look at anything.
for verb in dump record top; do
    unpeg $verb; echo "exit $?"
    unpeg $verb 1 2; echo "exit $?"
    unpeg $verb node; echo "exit $?"
    unpeg $verb 2147483647; echo "exit $?"
    unpeg $verb --thread main 1; echo "exit $?"
    unpeg $verb --backend gdb 1; echo "exit $?"
    unpeg $verb --native perhaps 1; echo "exit $?"
    unpeg $verb --max-held 101 1; echo "exit $?"
done
unpeg dump --samples 0 1; echo "exit $?"
unpeg record --rate 20001 1; echo "exit $?"
unpeg record --duration 3 parsecs; echo "exit $?"
unpeg record --thread all 1; echo "exit $?"
unpeg top --interval 99ms 1; echo "exit $?"
unpeg top --iterations 0 1; echo "exit $?"
unpeg top --rows 1001 1; echo "exit $?"
unpeg top --thread all 1; echo "exit $?"
