// Puts each program of dist/ into one file, with what it needs of node_modules, but for native code and what is rarely
// needed: a process that reads 900 small files is slow to start, and one file's compiled code can be kept (load-bundle.ts).
// The compiler's files stay beside it, for debuggers and tests: PAWL_UNBUNDLED=1.
'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');

/** Its entry in the sources, its bundle, and, as code, when what is compiled of it is kept: help needs no cache. */
const PROGRAMS = [
  {
    entry: 'client/main',
    bundle: 'client',
    keep: `!/^(?:-h|--help|help)$/.test(process.argv.at(-1))`,
  },
  { entry: 'worker/main', bundle: 'worker', keep: 'true' },
  { entry: 'worker/server', bundle: 'server', keep: 'true' },
  { entry: 'worker/workflow-thread', bundle: 'workflow-thread', keep: 'true' },
];

/** What `pawl --help` and completion must not read: a bundle each, loaded when a command needs it. */
const LATER = [
  { bundle: 'client-temporal', filter: /^(?:@temporalio|@grpc)\/|^(?:protobufjs|nexus-rpc|long)$/ },
  { bundle: 'client-stack-file', filter: /^(?:zod|yaml)(?:$|\/)/ },
];

async function bundlePrograms(dist) {
  const { fromBundle, shared } = require('./bundle-plugins.cjs');
  const later = LATER.map((each) => ({ ...each, wanted: new Set() }));
  const fromLater = later.map(({ bundle, filter, wanted }) => fromBundle(bundle, filter, wanted));
  fs.mkdirSync(path.join(dist, 'bundles'), { recursive: true });
  await Promise.all(
    PROGRAMS.map(async ({ entry, bundle, keep }) => {
      const own = bundle === 'client' ? [...fromLater, ...shared] : shared;
      const input = { entryPoints: [path.join(root, `${entry}.ts`)] };
      await bundleOne(dist, bundle, input, own);
      putInPlace(dist, entry, bundle, keep);
    }),
  );
  await Promise.all(
    later.map(({ bundle, wanted }) =>
      bundleOne(dist, bundle, { stdin: { contents: getters(wanted), resolveDir: root } }, shared),
    ),
  );
}

/** A package is run when it is asked for, not when its bundle is loaded. */
function getters(names) {
  const lines = [...names].sort().map((name) => {
    const quoted = JSON.stringify(name);
    return `  get ${quoted}() { return require(${quoted}); },`;
  });
  return `module.exports = {\n${lines.join('\n')}\n};`;
}

async function bundleOne(dist, name, input, plugins) {
  const outfile = path.join(dist, 'bundles', `${name}.js`);
  const { outputFiles } = await require('esbuild').build({
    ...input,
    ...{ outfile, plugins, bundle: true, write: false, absWorkingDir: root },
    ...{ platform: 'node', target: 'node20', format: 'cjs', logLevel: 'error' },
    ...{ sourcemap: 'external', sourcesContent: false, legalComments: 'none' },
    external: ['*.node', ...OPTIONAL],
  });
  for (const { path: file, text } of outputFiles) {
    fs.writeFileSync(file, file.endsWith('.map') ? text : wrapped(asciiOnly(text)));
  }
}

/** Of packages, for what nobody here uses; each is tried for. */
const OPTIONAL = ['pg-native', 'pg-cloudflare', 'cpu-features', 'bufferutil', 'utf-8-validate'];

/** One letter beyond, in a comment, and V8 would hold the whole text in two bytes a letter. */
function asciiOnly(text) {
  return text.replace(/[\u0080-\uffff]/g, (letter) => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Named for its content, by which its compiled code is found; on the first line, since source maps count lines. */
function wrapped(text) {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const names = [
    'exports',
    'require',
    'module',
    '__filename',
    '__dirname',
    'PAWL_DIST',
    'PAWL_LOAD',
  ];
  return `/*${hash}*/(function (${names.join(', ')}) {${text.replace(/^#!.*/, '')}\n})`;
}

/** The program's file starts its bundle; what the compiler made of it goes beside it. */
function putInPlace(dist, entry, bundle, keep) {
  const file = path.join(dist, `${entry}.js`);
  const unbundled = path.join(dist, `${entry}.unbundled.js`);
  fs.renameSync(file, unbundled);
  const start = `require('../toolchain/load-bundle.js').startProgram`;
  fs.writeFileSync(
    file,
    `#!/usr/bin/env node
'use strict';
${start}(${JSON.stringify(bundle)}, ${JSON.stringify(`./${entry}.unbundled.js`)}, { keep: ${keep} });
`,
  );
}

module.exports = { bundleOne, bundlePrograms };
