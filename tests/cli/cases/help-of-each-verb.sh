# The text of --help, of -h anywhere, and of help VERB is one.
for verb in report line prof-process find doctor arm sweep pick upload list fetch help version completion; do
    unpeg $verb --help >long && unpeg $verb -h >short && unpeg help $verb >asked
    cmp long short && cmp long asked && echo "$verb: $(sed -n 3p long)"
done
unpeg report --top 3 nothing -qh | head -1
