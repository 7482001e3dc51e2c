// Compiles into dist/ when the sources are other than those it was made from. Plain Node: the compiler may not be
// installed yet when this is loaded.
'use strict';

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { bundlePrograms } = require('./bundle-programs.cjs');
const { ensurePackages } = require('./ensure-packages.cjs');
const { runChild } = require('./run-child.cjs');

const root = path.join(__dirname, '..');
const dist = path.join(root, 'dist');
const staging = path.join(root, '.dist');
const stampFile = path.join(dist, '.sources.sha256');
const lockFile = path.join(root, 'node_modules', '.pawl-build.lock');
const sourceFolders = [
  'workflows',
  'activities',
  'stack-file',
  'sealing',
  'worker',
  'client',
  'toolchain',
];
const otherSources = [
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'],
  ...['bundle-programs', 'bundle-plugins', 'lazy-proto'].map((name) => `toolchain/${name}.cjs`),
];

/** One hash over names and contents: a checkout changes modification times without changing anything. */
function hashOfSources() {
  const hash = createHash('sha256');
  const files = [...otherSources, ...sourceFolders.flatMap(typeScriptFilesIn)];
  for (const file of files.sort()) {
    hash
      .update(`${file}\0`)
      .update(fs.readFileSync(path.join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function typeScriptFilesIn(folder) {
  const entries = fs.readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)));
}

function isBuilt() {
  return fs.existsSync(stampFile) && fs.readFileSync(stampFile, 'utf8') === hashOfSources();
}

/**
 * Builds beside dist/ and swaps by rename: a process that runs from dist/ never reads a half-written file, and a build
 * that failed leaves what was there. The folder has one fixed name at dist's depth: source maps are relative to it, and
 * the workflow bundle, whose hash is the workers' build id, contains it.
 */
async function buildDist() {
  await ensurePackages();
  if (isBuilt()) return;
  await loadFileLock().withLock(lockFile, async () => {
    if (isBuilt()) return;
    console.error('building dist/');
    const hash = hashOfSources();
    fs.rmSync(staging, { recursive: true, force: true });
    // The staging folder starts empty, so what an earlier compilation remembers of its output does not hold.
    const noMemory = ['--incremental', 'false', '--tsBuildInfoFile', 'null'];
    await run(
      'node_modules/typescript/bin/tsc',
      '-p',
      'tsconfig.build.json',
      '--outDir',
      staging,
      ...noMemory,
    );
    await run(path.join(staging, 'worker/build-workflow-bundle.js'));
    await bundlePrograms(staging);
    fs.chmodSync(path.join(staging, 'client/main.js'), 0o755);
    fs.writeFileSync(path.join(staging, path.basename(stampFile)), hash);
    replaceDist();
  });
}

/** In TypeScript, and nothing is compiled yet; the packages are there by now. */
function loadFileLock() {
  return require('tsx/cjs/api').require('../activities/adapters/process/file-lock.ts', __filename);
}

async function run(script, ...argv) {
  if ((await runChild(process.execPath, [script, ...argv], { cwd: root })) === 0) return;
  throw new Error(`${path.relative(root, path.resolve(root, script))} failed; dist/ is as it was`);
}

function replaceDist() {
  const old = path.join(root, '.dist-old');
  fs.rmSync(old, { recursive: true, force: true });
  if (fs.existsSync(dist)) fs.renameSync(dist, old);
  fs.renameSync(staging, dist);
  fs.rmSync(old, { recursive: true, force: true });
}

module.exports = { buildDist, sourceFolders };
