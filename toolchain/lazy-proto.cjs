// Part of bundles (bundle-plugins.cjs): protobufjs makes every reflected type of Temporal's interface when it is loaded, a
// tenth of a second; here each is made when its name is first asked for.
'use strict';

const { Enum, Field, Namespace, Root, Service, Type } = require('protobufjs/light');

/** Names that protobufjs itself uses on a namespace: as in @temporalio/proto's patch-protobuf-root. */
const TAKEN = new Set([
  'options',
  'parsedOptions',
  'name',
  'parent',
  'resolved',
  'comment',
  'filename',
  'nested',
  '_nestedArray',
]);
/** Protobufjs shows these on their namespace; others are found by lookup. */
const SHOWN = /^[A-Z]/;

/** What `@temporalio/proto` exports: a root whose namespaces can be walked by their names. */
function lazyRoot(definitions) {
  const root = new Root();
  addSpaces(root, definitions);
  addExtensions(root, definitions);
  // Each type says its edition itself, so that what is made later needs no second look at all.
  root._resolveFeaturesRecursive(root._edition);
  addLazy(root, definitions, root.deferred.splice(0));
  return asExported(root);
}

function addSpaces(parent, { spaces }) {
  for (const [name, definition] of Object.entries(spaces)) {
    const child = new Namespace(name, definition.options);
    parent.add(child);
    if (!TAKEN.has(name)) parent[name] = child;
    addSpaces(child, definition);
  }
}

/** Of protobuf's own options. The root defers them, since what they extend is not there yet. */
function addExtensions(parent, { spaces, extensions }) {
  for (const [name, json] of Object.entries(extensions)) parent.add(Field.fromJSON(name, json));
  for (const [name, child] of Object.entries(spaces)) addExtensions(parent.nested[name], child);
}

function addLazy(parent, { spaces, made }, extensions) {
  parent.nested ??= {};
  for (const [name, definition] of Object.entries(made)) {
    const make = () => makeType(parent, name, definition, extensions);
    define(parent.nested, name, { get: make });
    if (!SHOWN.test(name)) continue;
    define(parent, name, {
      get: () => {
        void parent.nested[name];
        return parent[name];
      },
    });
  }
  // Made when there was nothing in it.
  parent._nestedArray = null;
  for (const [name, child] of Object.entries(spaces))
    addLazy(parent.nested[name], child, extensions);
}

function makeType(parent, name, definition, extensions) {
  const json = JSON.parse(definition);
  const kind = json.fields ? Type : json.values ? Enum : Service;
  const object = kind.fromJSON(name, json);
  define(parent.nested, name, { value: object, writable: true });
  if (SHOWN.test(name)) define(parent, name, { value: undefined, writable: true });
  object._edition ??= object._defaultEdition;
  const fullName = `${parent.fullName}.${name}`;
  for (const field of extensions) if (field.extend === fullName) extend(object, field);
  // Puts it on its namespace, as it was before.
  object.onAdd(parent);
  object._resolveFeaturesRecursive(object._edition);
  return object;
}

/** As protobufjs's root does it, but to a type that is not on the root yet: the root need not be looked through again. */
function extend(type, field) {
  const sister = new Field(
    field.fullName,
    field.id,
    field.type,
    field.rule,
    undefined,
    field.options,
  );
  sister.declaringField = field;
  sister._features = field._features;
  field.extensionField = sister;
  type.add(sister);
}

function define(object, name, descriptor) {
  Object.defineProperty(object, name, { ...descriptor, enumerable: true, configurable: true });
}

/** `import * as proto` copies own members only: what protobufjs needs of a root is made its own. */
function asExported(root) {
  for (const key in root) {
    if (key !== 'root' && !Object.hasOwn(root, key)) root[key] = root[key];
  }
  define(root, 'root', { get: () => root });
  define(root, 'constructor', { value: Root, writable: true });
  return root;
}

module.exports = { lazyRoot };
