# What is printed is what to add; everything else goes to standard error.
at() { sed "s|$PWD|HERE|"; }
echo "off:"; unpeg arm --dir logs; ls -A
echo "chromium:"; unpeg arm --enabled --dir logs -- --headless --no-sandbox '--js-flags=--expose-gc --no-prof' | at
ls -A logs
echo "the switch:"; UNPEG_PROF=true unpeg arm --dir logs --prefix cards- -- --no-sandbox | at
UNPEG_PROF=false unpeg arm --dir logs
echo "node:"; unpeg arm --enabled --target node --dir logs --interval 500us | at
echo "sandboxed:"; unpeg arm --enabled --dir logs -- --headless | at
echo "json:"; unpeg arm --enabled --json --dir logs -- --no-sandbox | at | sed 's/"armed_at_ms": [0-9]*/"armed_at_ms": N/'
