#!/bin/sh
# Runs both oracles over the corpus and writes verdicts/ anew; the result is committed.
#   record.sh [SET...]      valid, mutants, emitted, examples; default: all of them
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
node "$here/mutants/prepare.mjs" "$here/target/corpus" "$@"
"$here/run.sh" "$here/target/corpus" "$here/target/verdicts"
node "$here/mutants/record.mjs" "$here/target/verdicts" "$here/verdicts"
