// A Jest reporter that writes down how many tests passed, and what `npm test` prints of it as its last lines: a plain
// count, after Jest's own summary and the global teardown, which may still fail the run.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '../..');
const summaryFile = path.join(root, 'node_modules/.cache/pawl-test-summary.json');

class ClosingLinesReporter {
  onRunComplete(_contexts, results) {
    const summary = {
      passed: results.numPassedTests,
      // A suite that does not even load has no tests to count.
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
      lacks: JSON.parse(process.env.PAWL_TEST_LACKS ?? '{}'),
      suites: skippedSuites(results),
    };
    fs.mkdirSync(path.dirname(summaryFile), { recursive: true });
    fs.writeFileSync(summaryFile, JSON.stringify(summary));
  }
}

/** Files with a suite that `describeWith` skipped, and what it needs. */
function skippedSuites(results) {
  return results.testResults.flatMap(({ testFilePath, testResults }) => {
    const titles = testResults
      .filter(({ status }) => status === 'pending')
      .flatMap(({ ancestorTitles }) => ancestorTitles);
    const needs = titles.flatMap((title) => /\(needs (.+)\)$/.exec(title)?.[1].split(', ') ?? []);
    const file = path.relative(path.join(root, 'test'), testFilePath);
    return needs.length === 0 ? [] : [{ file, needs: [...new Set(needs)] }];
  });
}

function closingLines(exitCode) {
  if (!fs.existsSync(summaryFile)) return '0 passed, 1 failed, 0 skipped';
  const { passed, failed, skipped, lacks, suites } = JSON.parse(
    fs.readFileSync(summaryFile, 'utf8'),
  );
  // Jest may fail without a failed test: in the global teardown, which finds leaked containers.
  const failures = exitCode !== 0 && failed === 0 ? 1 : failed;
  const reasons = Object.entries(lacks).map(
    ([name, reason]) => `${name}: ${reason.split('\n')[0]}`,
  );
  return [
    ...(suites.length === 0
      ? []
      : [
          `could not run here: ${suites.map(({ file }) => file).join(', ')} (${reasons.join('; ')})`,
        ]),
    `${passed} passed, ${failures} failed, ${skipped} skipped`,
  ].join('\n');
}

module.exports = ClosingLinesReporter;
module.exports.summaryFile = summaryFile;
module.exports.closingLines = closingLines;
