// Applies a patch to a fixture and writes the result as text.
//
// The operations are those of RFC 6902 (add, remove, replace) with three of our own, for what a
// parsed JSON value cannot hold: `raw` in the place of `value` is JSON text kept as it is written
// (1.50 stays 1.50), `duplicate` writes a member a second time, `reverse` turns the order of an
// object's members round.

const MARK = 'oracle-mark:';

/** The text of the fixture with the patch applied; pointers start at the resource `at` names. */
export function mutate(text, at, patch) {
  const literals = [];
  const document = keepNumbers(text, literals);
  const root = at ? resource(document, at) : document;
  for (const operation of patch) {
    apply(root, operation, literals);
  }
  const marks = new RegExp(`"${MARK}(\\d+):([^"]*)"`, 'g');
  return JSON.stringify(document, null, 1).replace(marks, (_, n, name) => literals[n] ?? JSON.stringify(name)) + '\n';
}

/** Where in the document `at` stands, such as `Bundle.entry[3].resource`. */
export function place(text, at) {
  const document = JSON.parse(text);
  if (!at) {
    return document.resourceType;
  }
  return `Bundle.entry[${document.entry.findIndex((entry) => entry.resource === resource(document, at))}].resource`;
}

/** `Patient` is the first Patient of the Bundle, `Organization#1` the second Organization. */
function resource(document, at) {
  const [kind, n] = at.split('#');
  const found = document.entry.map((entry) => entry.resource).filter((one) => one.resourceType === kind);
  if (!found[Number(n ?? 0)]) {
    throw new Error(`the fixture has no ${at}`);
  }
  return found[Number(n ?? 0)];
}

/** Numbers are kept as they are written, outside strings only. */
function keepNumbers(text, literals) {
  const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  return JSON.parse(text.replace(tokens, (token) => (token[0] === '"' ? token : `"${mark(literals, token)}"`)));
}

function mark(literals, literal) {
  literals.push(literal);
  return `${MARK}${literals.length - 1}:`;
}

function apply(root, operation, literals) {
  const names = operation.path.split('/').slice(1).map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (operation.op === 'reverse') {
    reverse(names.reduce(step, root));
    return;
  }
  const last = names.pop();
  const parent = names.reduce(step, root);
  const value = 'raw' in operation ? mark(literals, operation.raw) : operation.value;
  if (operation.op === 'duplicate') {
    literals.push(undefined);
    parent[`${MARK}${literals.length - 1}:${last}`] = value;
  } else if (Array.isArray(parent)) {
    inList(parent, last, operation, value);
  } else {
    inObject(parent, last, operation, value);
  }
}

function step(value, name) {
  if (value?.[name] === undefined) {
    throw new Error(`nothing stands at ${name}`);
  }
  return value[name];
}

function inList(list, last, operation, value) {
  const at = last === '-' ? list.length : Number(last);
  if (operation.op !== 'add' && !(at in list)) {
    throw new Error(`nothing stands at ${operation.path}`);
  }
  list.splice(at, operation.op === 'add' ? 0 : 1, ...(operation.op === 'remove' ? [] : [value]));
}

function inObject(object, last, operation, value) {
  if (operation.op !== 'add' && !(last in object)) {
    throw new Error(`nothing stands at ${operation.path}`);
  }
  if (operation.op === 'remove') {
    delete object[last];
  } else {
    object[last] = value;
  }
}

function reverse(object) {
  const members = Object.entries(object).reverse();
  for (const [name] of members) {
    delete object[name];
  }
  Object.assign(object, Object.fromEntries(members));
}
