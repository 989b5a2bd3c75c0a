# Root may read everything, so root becomes nobody for this.
run=
if [ "$(id -u)" -eq 0 ]; then
    command -v setpriv >/dev/null || { echo "skipped: setpriv is not installed"; exit 77; }
    run="setpriv --reuid=65534 --clear-groups"
    chmod 755 . ..
fi
cp "$(command -v unpeg)" copy
echo x >secret
chmod 0 secret
$run ./copy report secret
echo $?
$run ./copy line secret | sed 's/ ms=[0-9]*//'
echo ${PIPESTATUS[0]}
