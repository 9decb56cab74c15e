// node record.mjs VERDICTS OUT: verdicts of the corpus as data to commit, and their summary.
// Sets that VERDICTS does not hold stay as they are in OUT. Of examples and of mutants only
// errors and warnings are kept, of a mutant only those that its fixture had not already. Each
// verdict carries the digest of what was judged.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { read } from './corpus.mjs';
import { digester } from './digest.mjs';
import { csv, page } from './summary.mjs';

const SETS = ['valid', 'mutants', 'emitted', 'definitions', 'examples', 'uk-core'];
const project = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const fixtures = join(project, 'conformance/fixtures');
const [from, out] = process.argv.slice(2);
if (!out) {
  console.error('usage: node record.mjs VERDICTS OUT');
  process.exit(2);
}
const mutants = read(fixtures);
const digest = digester(project, mutants);
const bases = new Map(mutants.map(({ id, base }) => [`${id}.json`, base]));
const sets = { hapi: record('hapi'), medplum: record('medplum') };
writeFileSync(join(out, 'mutants.csv'), csv(mutants, sets));
writeFileSync(join(out, 'summary.md'), page(mutants, sets));

/** Writes what is new of an oracle; returns all that is now recorded of it, by set. */
function record(oracle) {
  const fresh = bySet(lines(join(from, `${oracle}.jsonl`)));
  const kept = (set) => lines(join(out, set, `${oracle}.jsonl`));
  const all = Object.fromEntries(SETS.map((set) => [set, fresh[set] ?? kept(set)]));
  if (fresh.mutants) {
    const known = new Map(all.valid.map(({ file, findings }) => [file, new Set(findings.map((finding) => JSON.stringify(finding)))]));
    all.mutants = fresh.mutants.map((verdict) => news(verdict, known.get(bases.get(verdict.file))));
  }
  for (const set of ['definitions', 'examples', 'uk-core']) {
    if (fresh[set]) {
      all[set] = fresh[set].map((verdict) => news(verdict, new Set()));
    }
  }
  for (const set of Object.keys(fresh)) {
    all[set] = all[set].map(({ file, ...verdict }) => ({ file, digest: digest(set, file), ...verdict }));
    mkdirSync(join(out, set), { recursive: true });
    writeFileSync(join(out, set, `${oracle}.jsonl`), all[set].map((verdict) => JSON.stringify(verdict) + '\n').join(''));
  }
  return all;
}

function lines(path) {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

/** Verdicts by the folder of the corpus they are of, without that folder in their names. */
function bySet(verdicts) {
  const of = {};
  for (const verdict of verdicts) {
    const [set, ...rest] = verdict.file.split('/');
    (of[set] ??= []).push({ ...verdict, file: rest.join('/') });
  }
  return of;
}

function news({ file, findings }, known) {
  const told = findings.filter(({ severity, id }) => severity !== 'information' || id === 'not-evaluated');
  const left = told.filter((finding) => !known.has(JSON.stringify(finding)));
  return { file, verdict: left[0]?.severity ?? 'clean', findings: left };
}
