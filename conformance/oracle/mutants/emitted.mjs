// The FHIR that the gateway's own tests recorded as sent (insta snapshots), one resource a file.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes every resource found in the snapshots below `source` into `out`; returns how many. */
export function extract(source, out) {
  mkdirSync(out, { recursive: true });
  let count = 0;
  const snapshots = readdirSync(source, { recursive: true }).filter((name) => name.endsWith('.snap')).sort();
  for (const snapshot of snapshots) {
    const name = snapshot.split('/').pop().replace('.snap', '').replace(/^.*__tests__/, '').replaceAll('_', '-');
    const resources = found(body(readFileSync(join(source, snapshot), 'utf8')));
    resources.forEach((resource, n) => {
      const file = resources.length > 1 ? `${name}-${n}.json` : `${name}.json`;
      writeFileSync(join(out, file), JSON.stringify(resource, null, 1) + '\n');
      count += 1;
    });
  }
  return count;
}

/** What stands behind the head of an insta snapshot, where it is JSON. */
function body(text) {
  const end = text.indexOf('\n---\n', 3);
  try {
    return JSON.parse(text.slice(end + 5), number);
  } catch {
    return undefined;
  }
}

/** The snapshots hold a number as an object of one member: what keeps its digits in the tests. */
function number(_, value) {
  const digits = value?.['$serde_json::private::Number'];
  return digits === undefined ? value : Number(digits);
}

/** A resource, or the outermost resources below something that is none. */
function found(value) {
  if (!value || typeof value !== 'object') {
    return [];
  }
  if (typeof value.resourceType === 'string') {
    return [value];
  }
  return Object.values(value).flatMap(found);
}
