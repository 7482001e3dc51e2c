// The little sibling of lock.ts, for scripts that run before anything is compiled. For one machine.
'use strict';

const fs = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

async function holdLock(lockFile, work) {
  while (!take(lockFile)) {
    if (ownerIsDead(lockFile)) fs.rmSync(lockFile, { force: true });
    else await sleep(200);
  }
  try {
    return await work();
  } finally {
    fs.rmSync(lockFile, { force: true });
  }
}

function take(lockFile) {
  try {
    fs.writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function ownerIsDead(lockFile) {
  try {
    const pid = Number(fs.readFileSync(lockFile, 'utf8'));
    // Empty: taken this moment, its owner has yet to write its number.
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

module.exports = { holdLock };
