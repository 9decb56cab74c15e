// node record.mjs VERDICTS OUT: verdicts of the corpus as data to commit, and their summary.
// Of a mutant only the errors and warnings are kept that its fixture had not already.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { read } from './corpus.mjs';
import { csv, page } from './summary.mjs';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures');
const [from, out] = process.argv.slice(2);
if (!out) {
  console.error('usage: node record.mjs VERDICTS OUT');
  process.exit(2);
}
const mutants = read(fixtures);
const bases = new Map(mutants.map(({ id, base }) => [`${id}.json`, base]));
const sets = {};
for (const oracle of ['hapi', 'medplum']) {
  sets[oracle] = split(readFileSync(join(from, `${oracle}.jsonl`), 'utf8'));
  for (const [set, records] of Object.entries(sets[oracle])) {
    if (records.length === 0) {
      continue;
    }
    mkdirSync(join(out, set), { recursive: true });
    const lines = records.map((record) => JSON.stringify(record) + '\n');
    writeFileSync(join(out, set, `${oracle}.jsonl`), lines.join(''));
  }
}
writeFileSync(join(out, 'mutants.csv'), csv(mutants, sets));
writeFileSync(join(out, 'summary.md'), page(mutants, sets));

/** Records by the folder of the corpus they are of, without that folder in their names. */
function split(text) {
  const of = { valid: [], mutants: [], emitted: [], examples: [] };
  for (const record of text.split('\n').filter(Boolean).map((line) => JSON.parse(line))) {
    const [set, ...rest] = record.file.split('/');
    of[set].push({ ...record, file: rest.join('/') });
  }
  const known = new Map(of.valid.map(({ file, findings }) => [file, new Set(findings.map((finding) => JSON.stringify(finding)))]));
  of.mutants = of.mutants.map((record) => news(record, known.get(bases.get(record.file))));
  return of;
}

function news({ file, findings }, known) {
  const told = findings.filter(({ severity }) => severity !== 'information');
  const left = told.filter((finding) => !known.has(JSON.stringify(finding)));
  return { file, verdict: left[0]?.severity ?? 'clean', findings: left };
}
