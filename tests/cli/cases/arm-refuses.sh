refused() { "$@"; echo "exit $?"; }
refused unpeg arm
refused unpeg arm --dir 'a b' --enabled 2>&1 | sed "s|$PWD|HERE|"
refused unpeg arm --dir 'a b' --enabled --target node 2>&1 | sed "s|$PWD|HERE|"
refused unpeg arm --dir . --prefix a/b
refused unpeg arm --dir . --prefix ''
refused unpeg arm --dir . --target firefox
refused unpeg arm --dir . --interval 1us
refused unpeg arm --dir no/such --enabled
: >file; refused unpeg arm --dir file --enabled 2>&1 | sed "s|$PWD|HERE|"
