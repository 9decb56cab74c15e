// node prepare.mjs OUT [SET...]: the corpus as files, all of it or the sets named:
// OUT/valid, OUT/mutants, OUT/emitted, OUT/definitions, OUT/examples and OUT/uk-core.

import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { materialise } from './corpus.mjs';
import { SOURCES } from './digest.mjs';

const project = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const fixtures = join(project, 'conformance/fixtures');
const makers = { valid, mutants, emitted, definitions, examples, 'uk-core': ukCore };
const [out, ...named] = process.argv.slice(2);
const strange = named.find((set) => !makers[set]);
if (!out || strange) {
  console.error(`usage: node prepare.mjs OUT [${Object.keys(makers).join(' | ')}]...`);
  process.exit(2);
}
rmSync(out, { recursive: true, force: true });
for (const set of named.length > 0 ? named : Object.keys(makers)) {
  makers[set](join(out, set));
}

function valid(to) {
  for (const folder of ['referrals', 'messages']) {
    const isDocument = (from) => !from.endsWith('.md');
    cpSync(join(fixtures, folder), join(to, folder), { recursive: true, filter: isDocument });
  }
}

function mutants(to) {
  mkdirSync(to, { recursive: true });
  for (const { id, text } of materialise(fixtures)) {
    writeFileSync(join(to, `${id}.json`), text);
  }
}

/** What the gateway's own tests recorded as sent. */
function emitted(to) {
  cpSync(join(project, SOURCES.emitted), to, { recursive: true });
}

/** Our own definitions, which `GET /StructureDefinition` and the like send as they are. */
function definitions(to) {
  const from = join(project, SOURCES.definitions);
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).filter((name) => /^[A-Z].*\.json$/.test(name))) {
    cpSync(join(from, name), join(to, name));
  }
}

/** The examples that UK Core publishes, where they are beside the checkout. */
function ukCore(to) {
  const from = join(project, SOURCES['uk-core']);
  if (existsSync(from)) {
    cpSync(from, to, { recursive: true });
  }
}

/** The good and bad examples of our own profiles, where there are any. */
function examples(to) {
  const from = join(project, SOURCES.examples);
  if (existsSync(from)) {
    cpSync(from, to, { recursive: true });
  }
}
