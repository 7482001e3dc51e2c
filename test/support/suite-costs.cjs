// A Jest reporter: what each suite of a long run cost, the longest first, so that the cost of a test is seen where it lands.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { costFile } = require('./measured-environment.cjs');

const root = path.join(__dirname, '../..');
/** Of fewer, Jest's own lines say enough. */
const SUITES_OF_A_LONG_RUN = 10;

class SuiteCostsReporter {
  onRunComplete(_contexts, { testResults, startTime }) {
    if (testResults.length < SUITES_OF_A_LONG_RUN) return;
    const suites = testResults.map(costOf).toSorted((a, b) => b.wall - a.wall);
    const sum = (name) => suites.reduce((total, suite) => total + (suite[name] ?? 0), 0);
    const total = {
      name: `all, in ${seconds((Date.now() - startTime) / 1000)} s`,
      wall: sum('wall'),
      cpu: sum('cpu'),
      processes: sum('processes'),
    };
    console.log(
      ['', ' wall s    CPU s  processes  suite', ...[...suites, total].map(line)].join('\n'),
    );
  }
}

function costOf({ testFilePath, perfStats }) {
  const file = costFile(root, testFilePath);
  const name = path.relative(root, testFilePath);
  const wall = perfStats.runtime / 1000;
  // A suite whose process was killed has handed over nothing.
  if (!fs.existsSync(file)) return { name, wall };
  const { cpuSeconds, processes } = JSON.parse(fs.readFileSync(file, 'utf8'));
  fs.rmSync(file);
  return { name, wall, cpu: cpuSeconds, processes };
}

function line({ name, wall, cpu, processes }) {
  const figures = [wall, cpu].map((value) =>
    (value === undefined ? '?' : seconds(value)).padStart(7),
  );
  return [...figures, String(processes ?? '?').padStart(9), name].join('  ');
}

function seconds(value) {
  return value.toFixed(1);
}

module.exports = SuiteCostsReporter;
