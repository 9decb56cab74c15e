#!/bin/sh
# Both oracles over one folder: verdicts as data, one JSON line a file.
#   run.sh FOLDER [OUT]      OUT is a folder; default: target/verdicts beside this script
# ORACLE_DEFINITIONS, folders separated by ':', replaces the definitions loaded beside base R4.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
project=$(CDPATH= cd -- "$here/../.." && pwd)
[ $# -ge 1 ] && [ -d "$1" ] || { echo "usage: run.sh FOLDER [OUT]" >&2; exit 2; }
folder=$1
out=${2:-$here/target/verdicts}
snapshots=$here/target/snapshots
mkdir -p "$out" "$here/target"

definitions=${ORACLE_DEFINITIONS:-}
if [ -z "$definitions" ]; then
  for known in "$project/../shared/fhir/ukcore" "$project/../shared/fhir/bars" "$project/profiles/workwell"; do
    if [ -d "$known" ]; then
      definitions=${definitions:+$definitions:}$known
    else
      echo "definitions not there, left out: ${known##*/}" >&2
    fi
  done
fi

classpath=$here/hapi/target/classpath
if [ ! -f "$classpath" ] || [ -n "$(find "$here/hapi/pom.xml" "$here/hapi/src" -newer "$classpath")" ]; then
  mvn -q -B -T1 -f "$here/hapi/pom.xml" compile dependency:build-classpath -Dmdep.outputFile=target/classpath
fi
[ -d "$here/medplum/node_modules" ] || npm ci --prefix "$here/medplum" --ignore-scripts --no-audit --no-fund >&2

rm -rf "$snapshots"
set --
old_ifs=$IFS
IFS=:
for known in $definitions; do
  set -- "$@" --definitions "$known"
done
IFS=$old_ifs
java -Xmx2g -XX:+UseSerialGC -cp "$here/hapi/target/classes:$(cat "$classpath")" workwell.oracle.Main \
  "$@" --snapshots "$snapshots" --out "$out/hapi.jsonl" "$folder"
node "$here/medplum/main.mjs" --snapshots "$snapshots" --out "$out/medplum.jsonl" "$folder"
