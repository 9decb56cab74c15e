#!/bin/sh
# Both oracles over one folder: verdicts as data, one JSON line a file.
#   run.sh FOLDER [OUT]      OUT is a folder; default: target/oracle/verdicts of the project
# ORACLE_DEFINITIONS, folders separated by ':', replaces the definitions loaded beside base R4.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
project=$(CDPATH= cd -- "$here/../.." && pwd)
[ $# -ge 1 ] && [ -d "$1" ] || { echo "usage: run.sh FOLDER [OUT]" >&2; exit 2; }
folder=$1
scratch=$project/target/oracle
out=${2:-$scratch/verdicts}
snapshots=$scratch/snapshots
mkdir -p "$out" "$scratch/medplum"

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
# Packages bring documents of their own: they stay out of conformance/, whose documents are tested.
cp "$here"/medplum/*.mjs "$here"/medplum/package*.json "$scratch/medplum/"
[ -d "$scratch/medplum/node_modules/@medplum/core" ] || npm ci --prefix "$scratch/medplum" --ignore-scripts --no-audit --no-fund >&2

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
node "$scratch/medplum/main.mjs" --snapshots "$snapshots" --out "$out/medplum.jsonl" "$folder"
