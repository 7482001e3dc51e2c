// The Jest environment of all suites: Node's own, which writes down what a suite cost, for `suite-costs.cjs`.
// CPU is that of the Jest worker and of the children it has waited for; containers belong to Docker and are not in it.
'use strict';

const childProcess = require('node:child_process');
const diagnostics = require('node:diagnostics_channel');
const fs = require('node:fs');
const path = require('node:path');
const { TestEnvironment } = require('jest-environment-node');

/** Node tells of the children that are started to run beside; of these it does not. */
const WAITED_FOR = ['spawnSync', 'execSync', 'execFileSync'];
/** Columns of /proc/PID/stat behind the name: user and system time, own and of children waited for. */
const TIMES = [11, 12, 13, 14];
const TICKS_A_SECOND = 100;

class MeasuredEnvironment extends TestEnvironment {
  #file;
  #cpuBefore = cpuSeconds();
  #processes = 0;
  #onChild = () => (this.#processes += 1);
  #unwrapped = {};

  constructor(config, context) {
    super(config, context);
    // Loads a module once for all suites of this Jest worker, beside their own modules.
    this.global.requireOutside = require;
    this.#file = costFile(config.projectConfig.rootDir, context.testPath);
  }

  async setup() {
    await super.setup();
    diagnostics.subscribe('child_process', this.#onChild);
    for (const name of WAITED_FOR) {
      const start = (this.#unwrapped[name] = childProcess[name]);
      childProcess[name] = (...all) => {
        this.#onChild();
        return start(...all);
      };
    }
  }

  async teardown() {
    diagnostics.unsubscribe('child_process', this.#onChild);
    Object.assign(childProcess, this.#unwrapped);
    const cost = { cpuSeconds: cpuSeconds() - this.#cpuBefore, processes: this.#processes };
    fs.mkdirSync(path.dirname(this.#file), { recursive: true });
    fs.writeFileSync(this.#file, JSON.stringify(cost));
    await super.teardown();
  }
}

function cpuSeconds() {
  // The name is in brackets, and may have blanks and brackets of its own.
  const columns = fs
    .readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return TIMES.reduce((sum, column) => sum + Number(columns[column]), 0) / TICKS_A_SECOND;
}

/** Where what a suite cost is handed over from the process that ran it to the reporter's. */
function costFile(root, suite) {
  const name = path.relative(root, suite).replaceAll(path.sep, '+');
  return path.join(root, 'node_modules/.cache/pawl-suite-costs', `${name}.json`);
}

module.exports = MeasuredEnvironment;
module.exports.costFile = costFile;
