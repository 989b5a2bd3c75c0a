log=fixtures/logs/loop-node20/v8.log.zst
unpeg report --no-symbols $log >want
umask 027
unpeg report --no-symbols -o got $log && cmp got want && stat -c %a got
# What is there keeps its mode, and a link stays one.
chmod 600 got
ln -s got link
echo old >got
unpeg report --no-symbols --output=link $log && cmp got want && stat -c '%a %F' got && stat -c %F link
unpeg line --no-symbols -o line $log && grep -c '^unpeg v=1 status=ok' line
unpeg report --no-symbols -o - $log | cmp - want && echo "- is standard output"
ls
