// What was judged, as SHA-256: a verdict is of these bytes and says nothing of any others.
//
// A test in Rust computes the same (tests/it/oracle/stale.rs). A mutant is told by what it is made
// of: its fixture, a zero byte, and the file that describes it.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the files of a set stand in the project; mutants are made. */
export const SOURCES = {
  valid: 'conformance/fixtures',
  emitted: 'conformance/fixtures/emitted',
  definitions: 'profiles/workwell',
  examples: 'profiles/workwell/examples',
  'uk-core': '../shared/corpus/uk-core',
};

/** The function that gives the digest of a file of a set. */
export function digester(project, mutants) {
  const described = new Map(mutants.map((mutant) => [`${mutant.id}.json`, mutant]));
  const fixtures = join(project, 'conformance/fixtures');
  return (set, file) => {
    const hash = createHash('sha256');
    if (set === 'mutants') {
      const { base, source } = described.get(file);
      hash.update(readFileSync(join(fixtures, base))).update('\0').update(readFileSync(join(fixtures, 'mutants', source)));
    } else {
      hash.update(readFileSync(join(project, SOURCES[set], file)));
    }
    return hash.digest('hex');
  };
}
