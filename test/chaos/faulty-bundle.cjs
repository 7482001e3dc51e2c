// Run by faults.ts: bundles the worker with a gap between itself and what preload.cjs makes faulty, once for all suites, and
// prints where. It starts in half the time of single files.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { bundleOne } = require('../../toolchain/bundle-programs.cjs');
const { shared } = require('../../toolchain/bundle-plugins.cjs');

const root = path.join(__dirname, '../..');
/** As the worker asks for them. */
const GAPS = /^(?:pg|@temporalio\/(?:activity|worker)|\.\.\/activities)$/;

const gaps = {
  name: 'gaps',
  setup(build) {
    build.onResolve({ filter: GAPS }, ({ path: name, resolveDir, namespace }) =>
      namespace === 'gap' ? undefined : { path: name, namespace: 'gap', pluginData: resolveDir },
    );
    build.onLoad({ filter: /./, namespace: 'gap' }, ({ path: name, pluginData: resolveDir }) => {
      const asked = JSON.stringify(name);
      return {
        contents: `module.exports = globalThis.PAWL_TEST_GAP(${asked}, require(${asked}));`,
        resolveDir,
      };
    });
  },
};

/** Of the sources that `dist/` was built from. */
async function faultyBundle() {
  const sources = fs.readFileSync(path.join(root, 'dist/.sources.sha256'), 'utf8').slice(0, 16);
  const folder = path.join(root, 'node_modules/.cache/faulty-worker', sources);
  const file = path.join(folder, 'bundles/worker.js');
  if (fs.existsSync(file)) return file;
  const draft = `${folder}.${process.pid}`;
  fs.mkdirSync(path.join(draft, 'bundles'), { recursive: true });
  const input = { entryPoints: [path.join(root, 'worker/main.ts')] };
  await bundleOne(draft, 'worker', input, [gaps, ...shared]);
  try {
    fs.renameSync(draft, folder);
  } catch (error) {
    // Another suite was faster.
    if (!fs.existsSync(file)) throw error;
    fs.rmSync(draft, { recursive: true });
  }
  return file;
}

faultyBundle().then(console.log);
