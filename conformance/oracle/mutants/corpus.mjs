// The described mutants: read, checked and made.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mutate } from './patch.mjs';

const MEMBERS = ['id', 'kind', 'class', 'layer', 'base', 'at', 'patch', 'rule', 'path', 'expect'];

/** Every mutant described below the fixtures with its file, in the order of files and lines; faults are thrown. */
export function read(fixtures) {
  const folder = join(fixtures, 'mutants');
  const mutants = [];
  const seen = new Set();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')).sort()) {
    for (const mutant of JSON.parse(readFileSync(join(folder, file), 'utf8'))) {
      const strange = Object.keys(mutant).filter((name) => !MEMBERS.includes(name));
      if (strange.length > 0 || seen.has(mutant.id) || !/^[a-z0-9-]+$/.test(mutant.id)) {
        throw new Error(`${file}: ${mutant.id}: ${strange.join(', ') || 'the id is taken or misspelt'}`);
      }
      seen.add(mutant.id);
      mutants.push({ ...mutant, source: file });
    }
  }
  return mutants;
}

/** Every mutant with its text. */
export function materialise(fixtures) {
  const bases = new Map();
  return read(fixtures).map((mutant) => {
    const { id, base, at, patch } = mutant;
    if (!bases.has(base)) {
      bases.set(base, readFileSync(join(fixtures, base), 'utf8'));
    }
    try {
      return { ...mutant, text: mutate(bases.get(base), at, patch) };
    } catch (fault) {
      throw new Error(`${id}: ${fault.message}`, { cause: fault });
    }
  });
}
