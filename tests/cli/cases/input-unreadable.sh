[ "$(id -u)" -ne 0 ] || { echo "skipped: root may read everything"; exit 77; }
echo x >secret
chmod 0 secret
unpeg report secret
echo $?
unpeg line secret | sed 's/ ms=[0-9]*//'
