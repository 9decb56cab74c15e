// node prepare.mjs OUT: the corpus as files: OUT/valid, OUT/mutants, OUT/emitted and OUT/examples.

import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { materialise } from './corpus.mjs';
import { extract } from './emitted.mjs';

const project = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const fixtures = join(project, 'conformance/fixtures');
const out = process.argv[2];
if (!out) {
  console.error('usage: node prepare.mjs OUT');
  process.exit(2);
}
rmSync(out, { recursive: true, force: true });
for (const folder of ['referrals', 'messages']) {
  const isDocument = (from) => !from.endsWith('.md');
  cpSync(join(fixtures, folder), join(out, 'valid', folder), { recursive: true, filter: isDocument });
}
mkdirSync(join(out, 'mutants'));
const mutants = materialise(fixtures);
for (const { id, text } of mutants) {
  writeFileSync(join(out, 'mutants', `${id}.json`), text);
}
const examples = join(project, 'profiles/workwell/examples');
if (existsSync(examples)) {
  cpSync(examples, join(out, 'examples'), { recursive: true });
}
const emitted = extract(join(project, 'src'), join(out, 'emitted'));
console.error(`${mutants.length} mutants, ${emitted} emitted resources`);
