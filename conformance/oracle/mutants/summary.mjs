// The verdicts counted by class of defect.

const ORACLES = ['hapi', 'medplum'];

/** Rules that no FHIR validator is asked to know. */
const BEYOND = ['message', 'national', 'house'];

/** What an oracle makes of a file, in one of three words. */
function word(verdict) {
  return { fatal: 'error', error: 'error', warning: 'warning' }[verdict] ?? 'none';
}

function rows(mutants, sets) {
  const verdicts = ORACLES.map((oracle) => new Map(sets[oracle].mutants.map(({ file, verdict }) => [file, word(verdict)])));
  return mutants.map((mutant) => ({
    ...mutant,
    hapi: verdicts[0].get(`${mutant.id}.json`),
    medplum: verdicts[1].get(`${mutant.id}.json`),
  }));
}

/** One line a mutant: what is expected, and what each oracle newly reports. */
export function csv(mutants, sets) {
  const lines = rows(mutants, sets).map((row) =>
    [row.id, row.kind ?? '', row.class, row.layer, row.base, row.expect, row.hapi, row.medplum].join(','),
  );
  return ['id,kind,class,layer,base,expect,hapi,medplum', ...lines].join('\n') + '\n';
}

/** The page of figures and of what needs a word. */
export function page(mutants, sets) {
  const all = rows(mutants, sets);
  const defects = all.filter((row) => row.expect !== 'valid');
  const beyond = defects.filter((row) => BEYOND.includes(row.layer));
  const known = defects.filter((row) => !BEYOND.includes(row.layer));
  const harmless = all.filter((row) => row.expect === 'valid');
  return [
    '# What the oracles found',
    '',
    'Written by `record.sh`; do not edit. E: an error the unmutated fixture does not have; w: a new warning',
    '(an entry more or less moves the others, and their old warnings count as new); -: neither.',
    '',
    '## Fixtures and what the gateway sends',
    '',
    '| file | errors HAPI | errors medplum |',
    '|---|---|---|',
    ...['valid', 'emitted', 'definitions'].flatMap((set) => sets.hapi[set].map((record, n) => fileLine(set, record, sets.medplum[set][n]))),
    '',
    ...examples(sets),
    '## Defects',
    '',
    '| class | mutants | HAPI E | w | - | medplum E | w | - |',
    '|---|---|---|---|---|---|---|---|',
    ...classes(defects),
    '',
    `Of the 45 kinds of the reference: HAPI ${kinds(all, 'hapi')}, medplum ${kinds(all, 'medplum')} as errors.`,
    '',
    '## Variations that are right',
    '',
    `${harmless.length} in all; errors: HAPI ${count(harmless, 'hapi', 'error')}, medplum ${count(harmless, 'medplum', 'error')}.`,
    '',
    ...list('HAPI reports an error', harmless.filter((row) => row.hapi === 'error')),
    ...list('medplum reports an error', harmless.filter((row) => row.medplum === 'error')),
    '## Where HAPI is not as strict as the rule',
    '',
    ...list('A warning for an error', known.filter((row) => row.expect === 'error' && row.hapi === 'warning')),
    ...list('Nothing', known.filter((row) => row.hapi === 'none')),
    `Rules beyond FHIR (MessageDefinition counts, NHS number, of the house): ${beyond.length} mutants, of which HAPI reports ${count(beyond, 'hapi', 'error')}.`,
    '',
    '## Where HAPI is stricter than the rule',
    '',
    ...list('An error for a warning', defects.filter((row) => row.expect === 'warning' && row.hapi === 'error')),
    '## Where medplum reports an error and HAPI does not',
    '',
    ...list('Defects', defects.filter((row) => row.medplum === 'error' && row.hapi !== 'error')),
  ].join('\n');
}

/** The examples of our own profiles: a good one has no error, a bad one has. */
function examples(sets) {
  const of = (oracle, kind) => sets[oracle].examples.filter(({ file }) => file.split('/').at(-2) === kind);
  const odd = (oracle) => [
    ...of(oracle, 'good').filter(({ verdict }) => word(verdict) === 'error'),
    ...of(oracle, 'bad').filter(({ verdict }) => word(verdict) !== 'error'),
  ];
  if (sets.hapi.examples.length === 0) {
    return [];
  }
  return [
    '## Examples of the WorkWell profiles',
    '',
    `${of('hapi', 'good').length} good, ${of('hapi', 'bad').length} bad.`,
    '',
    ...ORACLES.flatMap((oracle) => [`Judged otherwise by ${oracle}: ${odd(oracle).length}.`, '', ...odd(oracle).map(({ file }) => `- ${file}`), ...(odd(oracle).length > 0 ? [''] : [])]),
  ];
}

function fileLine(set, hapi, medplum) {
  const errors = ({ findings }) => findings.filter(({ severity }) => word(severity) === 'error').length;
  return `| ${set}/${hapi.file} | ${errors(hapi)} | ${errors(medplum)} |`;
}

function count(some, oracle, what) {
  return some.filter((row) => row[oracle] === what).length;
}

function classes(defects) {
  const names = [...new Set(defects.map((row) => row.class))].sort();
  const line = (name, some) => {
    const cells = ORACLES.flatMap((oracle) => ['error', 'warning', 'none'].map((what) => count(some, oracle, what)));
    return `| ${[name, some.length, ...cells].join(' | ')} |`;
  };
  return [...names.map((name) => line(name, defects.filter((row) => row.class === name))), line('**all**', defects)];
}

function kinds(all, oracle) {
  return count(all.filter((row) => row.kind), oracle, 'error');
}

function list(title, some) {
  if (some.length === 0) {
    return [`${title}: none.`, ''];
  }
  return [`${title}:`, '', ...some.map((row) => `- \`${row.id}\` (${row.layer}): ${row.rule}`), ''];
}
