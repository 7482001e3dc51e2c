// `npm run <task>`: installs, builds, then runs. Plain Node, because it also works in a clone where nothing is installed.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { buildDist, sourceFolders } = require('./build-dist.cjs');
const { ensurePackages } = require('./ensure-packages.cjs');
const { runChild } = require('./run-child.cjs');

const root = path.join(__dirname, '..');
const jest = 'node_modules/jest/bin/jest.js';

const tasks = {
  build: async () => {
    await buildDist();
    return 0;
  },
  pawl: async (argv) => {
    await buildDist();
    return node(path.join(root, 'dist/client/main.js'), argv, { cwd: process.cwd() });
  },
  demo: async (argv) => {
    await buildDist();
    return node('node_modules/tsx/dist/cli.mjs', ['examples/demo/demo.ts', ...argv]);
  },
  bench: async ([name, ...argv]) => {
    const names = fs
      .readdirSync(path.join(root, 'bench'))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => path.basename(file, '.ts'));
    if (!names.includes(name)) {
      console.error(`npm run bench -- NAME, where NAME is one of: ${names.join(', ')}`);
      return 2;
    }
    await buildDist();
    return node('node_modules/tsx/dist/cli.mjs', [`bench/${name}.ts`, ...argv]);
  },
  test: async (argv) => {
    const { summaryFile, closingLines } = require('../test/support/closing-lines.cjs');
    fs.rmSync(summaryFile, { force: true });
    await buildDist();
    const exitCode = await node(jest, argv);
    console.log(closingLines(exitCode));
    return exitCode;
  },
  /** All tests, and what is too dear for every change: one run a kill, for example, and the production server. */
  nightly: async (argv) => {
    process.env.PAWL_NIGHTLY = '1';
    const usual = await tasks.test(['--passWithNoTests', ...argv]);
    const further = ['--config', 'jest.nightly.config.cjs', '--passWithNoTests'];
    return (await tasks.test([...further, ...argv])) || usual;
  },
  check: async (argv) => {
    await ensurePackages();
    return runChecks(argv.includes('--no-unit') ? checks.slice(0, -1) : checks);
  },
};

const checks = [
  ['format', 'node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']],
  ['lint', 'node_modules/eslint/bin/eslint.js', ['--max-warnings=0', '.']],
  [
    'imports',
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    ['--output-type=err', ...sourceFolders],
  ],
  ['unused', 'node_modules/knip/bin/knip.js', ['--no-progress']],
  ['types', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json']],
  ['unit tests', jest, ['test/unit']],
];

/** All of them, also after one failed: a person wants to see everything at once. */
async function runChecks(wanted) {
  const failed = [];
  for (const [title, script, argv] of wanted) {
    const startedAt = Date.now();
    console.log(`── ${title}`);
    if ((await node(script, argv)) !== 0) failed.push(title);
    console.log(`   ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  }
  console.log(failed.length === 0 ? 'check: all is well' : `check: failed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}

function node(script, argv, options = {}) {
  return runChild(process.execPath, [script, ...argv], { cwd: root, ...options });
}

async function main([name, ...argv]) {
  const task = tasks[name];
  if (task === undefined) throw new Error(`tasks: ${Object.keys(tasks).join(', ')}`);
  process.exitCode = await task(argv);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
