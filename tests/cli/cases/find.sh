# A process that does nothing but compute is found in its tree, with what it is called.
bash -c 'exec -a "$(printf "busy\033[2J")" bash -c "for ((;;)); do :; done"' &
sleep 0.1
unpeg find --browser-tree $! --interval 300ms --least 1 | sed -n '2s/^ *[0-9.]*%.*bash  */load /p'
unpeg find --browser-tree $! --interval 300ms --least 1 --json | grep -c '"hot": \['
unpeg find --browser-tree $! --v8; echo "exit $?"
kill $!
wait $! 2>/dev/null
unpeg find --browser-tree 2147483647; echo "exit $?"
unpeg find --interval 0; echo "exit $?"
unpeg find --least 101; echo "exit $?"
unpeg find --top x; echo "exit $?"
unpeg find node; echo "exit $?"
