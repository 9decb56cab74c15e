#!/bin/sh
# Runs both oracles over the fixtures, the mutants and what the gateway sends, and writes
# verdicts/ anew. The result is committed.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
node "$here/mutants/prepare.mjs" "$here/target/corpus"
"$here/run.sh" "$here/target/corpus" "$here/target/verdicts"
rm -rf "$here/verdicts"
node "$here/mutants/record.mjs" "$here/target/verdicts" "$here/verdicts"
