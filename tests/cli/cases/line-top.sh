for top in 0 1 5 20; do
    unpeg line --no-symbols -n $top --max-line 8000 fixtures/logs/compile-node24/v8.log.zst | grep -oE ' top[0-9]+=' | wc -l
done
