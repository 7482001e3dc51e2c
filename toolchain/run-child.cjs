// Runs a program on this terminal and waits for it. Plain Node: it also works where nothing is installed.
'use strict';

const { spawn } = require('node:child_process');
const { constants } = require('node:os');

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Resolves with its exit code, 128 + N after signal N, as a shell says it. Signals sent to us alone reach it too, and
 * we outlive it, so that nothing is left running.
 */
function runChild(file, argv, options = {}) {
  const child = spawn(file, argv, { stdio: 'inherit', ...options });
  const handlers = SIGNALS.map((signal) => {
    const forward = () => {
      // On a terminal Ctrl-C reaches the child by itself.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    process.on(signal, forward);
    return [signal, forward];
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      for (const [name, forward] of handlers) process.off(name, forward);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

module.exports = { runChild };
