// `npm run <task>`: installs, builds, then runs. Plain Node, because it also works in a clone where nothing is installed.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { buildDist } = require('./build-dist.cjs');
const { ensurePackages } = require('./ensure-packages.cjs');

const root = path.join(__dirname, '..');
const jest = 'node_modules/jest/bin/jest.js';

const tasks = {
  build: () => {
    buildDist();
    return 0;
  },
  pawl: (argv) => {
    buildDist();
    return node(path.join(root, 'dist/client/main.js'), argv, { cwd: process.cwd() });
  },
  demo: (argv) => {
    buildDist();
    return node('node_modules/tsx/dist/cli.mjs', ['examples/demo/demo.ts', ...argv]);
  },
  bench: ([name, ...argv]) => {
    const names = fs
      .readdirSync(path.join(root, 'bench'))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => path.basename(file, '.ts'));
    if (!names.includes(name)) {
      console.error(`npm run bench -- NAME, where NAME is one of: ${names.join(', ')}`);
      return 2;
    }
    buildDist();
    return node('node_modules/tsx/dist/cli.mjs', [`bench/${name}.ts`, ...argv]);
  },
  test: async (argv) => {
    const { summaryFile, closingLines } = require('../test/support/closing-lines.cjs');
    fs.rmSync(summaryFile, { force: true });
    buildDist();
    const exitCode = await node(jest, argv);
    console.log(closingLines(exitCode));
    return exitCode;
  },
  check: async (argv) => {
    ensurePackages();
    return runChecks(argv.includes('--no-unit') ? checks.slice(0, -1) : checks);
  },
};

const checks = [
  ['format', 'node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']],
  ['lint', 'node_modules/eslint/bin/eslint.js', ['--max-warnings=0', '.']],
  ['imports', 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs', importedFolders()],
  ['unused', 'node_modules/knip/bin/knip.js', ['--no-progress']],
  ['types', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json']],
  ['unit tests', jest, ['test/unit']],
];

function importedFolders() {
  return ['--output-type=err', 'workflows', 'activities', 'worker', 'client', 'toolchain'];
}

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

/** Runs a script on this terminal; signals sent to us alone reach it too. Resolves with its exit code. */
function node(script, argv, options = {}) {
  const child = spawn(process.execPath, [script, ...argv], {
    cwd: root,
    stdio: 'inherit',
    ...options,
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) {
    process.on(signal, () => {
      // On a terminal Ctrl-C reaches the child by itself; then we only must outlive it.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      for (const signal of signals) process.removeAllListeners(signal);
      resolve(code ?? 1);
    });
  });
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
