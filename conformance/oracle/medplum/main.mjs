// node main.mjs --snapshots DIR [--out FILE] FOLDER

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { load } from './definitions.mjs';
import { judge, record } from './judge.mjs';

const { values, positionals } = parseArgs({
  options: { snapshots: { type: 'string' }, out: { type: 'string' } },
  allowPositionals: true,
});
const [folder] = positionals;
if (!folder || !values.snapshots) {
  console.error('usage: node main.mjs --snapshots DIR [--out FILE] FOLDER');
  process.exit(2);
}

const profiles = load(values.snapshots);
const lines = documents(folder).map((path) => JSON.stringify(verdict(path)) + '\n');
if (values.out) {
  writeFileSync(values.out, lines.join(''));
} else {
  process.stdout.write(lines.join(''));
}

function verdict(path) {
  const file = relative(folder, path);
  if (file.endsWith('.xml')) {
    const message = 'medplum reads JSON only';
    return record(file, [{ severity: 'information', location: '', id: 'not-evaluated', message }]);
  }
  return judge(file, readFileSync(path, 'utf8'), profiles);
}

function documents(from) {
  return readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(json|xml)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort((a, b) => (a < b ? -1 : 1));
}
