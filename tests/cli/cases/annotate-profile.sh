# The hot code of a saved recording; a log has none.
profile=fixtures/recordings/spin-node20.unpeg
unpeg annotate "$profile"; echo "exit $?"
unpeg annotate --all --function spin "$profile" | tail -n 5
unpeg annotate --function nowhere "$profile"; echo "exit $?"
unpeg annotate "fixtures/bad/bad-numbers/v8.log"; echo "exit $?"
unpeg annotate nowhere.unpeg; echo "exit $?"
