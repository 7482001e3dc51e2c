// Installs the npm packages when node_modules is not what package-lock.json says. Runs before anything is installed,
// so it is plain Node. Silent and fast (a few ms) when there is nothing to do.
'use strict';

const { readFileSync } = require('node:fs');
const path = require('node:path');
const { runChild } = require('./run-child.cjs');

const root = path.join(__dirname, '..');

/** True when every package of the lockfile that belongs on this machine is installed in its version. */
function packagesMatch() {
  const wanted = packagesOf('package-lock.json');
  // npm writes this one as the last thing of an installation: what was cut off has none.
  const installed = packagesOf('node_modules/.package-lock.json');
  if (wanted === undefined || installed === undefined) return false;
  const places = new Set([...Object.keys(wanted), ...Object.keys(installed)]);
  places.delete('');
  return [...places].every((place) => {
    const asked = wanted[place];
    const present = installed[place];
    if (asked === undefined) return false;
    // Optional packages are those of other platforms: npm leaves them out.
    if (present === undefined) return asked.optional === true || asked.devOptional === true;
    return asked.version === present.version && asked.integrity === present.integrity;
  });
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function ensurePackages() {
  if (packagesMatch()) return;
  console.error('npm packages are not those of package-lock.json: installing (npm ci)');
  const argv = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const exitCode = await runChild('npm', argv, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (exitCode !== 0) throw new Error(`npm ci failed with exit code ${exitCode}, see above`);
}

module.exports = { ensurePackages, packagesMatch };

if (require.main === module) {
  ensurePackages().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
