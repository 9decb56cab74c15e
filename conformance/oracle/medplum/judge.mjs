// What @medplum/core says of one document.

import { validateResource } from '@medplum/core';

const WORST_FIRST = ['fatal', 'error', 'warning', 'information'];

/** One record: the file, its worst severity, the findings in a fixed order. */
export function record(file, findings) {
  const rank = (finding) => WORST_FIRST.indexOf(finding.severity);
  const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const unique = new Map(findings.map((finding) => [JSON.stringify(finding), finding]));
  const sorted = [...unique.values()].sort(
    (a, b) => rank(a) - rank(b) || order(a.location, b.location) || order(a.id, b.id) || order(a.message, b.message),
  );
  return { file, verdict: sorted[0]?.severity ?? 'clean', findings: sorted };
}

/** Judges the text of a JSON document against the profiles that it and its entries claim. */
export function judge(file, text, profiles) {
  let document;
  try {
    document = JSON.parse(text);
  } catch (fault) {
    return record(file, [finding('fatal', '', 'not-json', fault.message)]);
  }
  const findings = [...against(document, undefined, document?.resourceType ?? '')];
  for (const { resource, at } of claimants(document)) {
    for (const url of list(resource.meta?.profile)) {
      const profile = profiles.get(String(url).split('|')[0]);
      if (!profile) {
        findings.push(finding('error', `${at}.meta.profile`, 'unknown-profile', `${url} is not loaded`));
      } else if (profile.type === resource.resourceType) {
        findings.push(...against(resource, profile, at));
      } else {
        findings.push(finding('error', `${at}.meta.profile`, 'other-type', `${url} is a profile of ${profile.type}`));
      }
    }
  }
  return record(file, findings);
}

/** The document itself and, in a Bundle, the resource of each entry. */
function claimants(document) {
  const all = [{ resource: document, at: document?.resourceType ?? '' }];
  list(document?.resourceType === 'Bundle' ? document.entry : undefined).forEach((entry, n) => {
    all.push({ resource: entry?.resource, at: `Bundle.entry[${n}].resource` });
  });
  return all.filter(({ resource }) => resource && typeof resource === 'object');
}

function list(value) {
  return Array.isArray(value) ? value : [];
}

function against(resource, profile, at) {
  try {
    return validateResource(resource, profile && { profile }).map((issue) => told(issue, resource, at));
  } catch (fault) {
    const issues = fault?.outcome?.issue;
    return issues ? issues.map((issue) => told(issue, resource, at)) : [finding('fatal', at, 'validator-failed', String(fault?.message))];
  }
}

/** An issue's expression begins at the resource it was asked about. */
function told(issue, resource, at) {
  const expression = issue.expression?.[0] ?? '';
  const kind = resource?.resourceType ?? '';
  const inside = kind && expression.startsWith(kind) ? at + expression.slice(kind.length) : expression || at;
  const message = issue.details?.text ?? issue.diagnostics ?? '';
  return finding(issue.severity, inside, issue.code ?? '', message);
}

function finding(severity, location, id, message) {
  return { severity, location, id, message };
}
