#!/bin/sh
# Runs both oracles over the corpus and writes verdicts/ anew; the result is committed.
#   record.sh [SET...]      valid, mutants, emitted, definitions, examples, uk-core; default: all of them
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
scratch=$here/../../target/oracle
mkdir -p "$scratch"
node "$here/mutants/prepare.mjs" "$scratch/corpus" "$@"
"$here/run.sh" "$scratch/corpus" "$scratch/verdicts"
node "$here/mutants/record.mjs" "$scratch/verdicts" "$here/verdicts"
