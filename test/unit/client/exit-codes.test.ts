import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT_CODES, exitCodeOfFailure } from '../../../client/exit-codes';
import { HELP_TOPICS } from '../../../client/help-topics';
import { exitCodeOf } from '../../../client/runs/finish-run';
import { FAILURE_TYPES } from '../../../workflows/model/failure-type';
import { view } from './views';

const failure = (type: string) => ({ type, message: '', evidence: {} });

describe('exit codes', () => {
  it.each([
    ['StackFileInvalid', 2],
    ['PreconditionFailed', 7],
    ['CredentialsRejected', 7],
    ['ResourceBusy', 4],
    ['ServiceUnavailable', 1],
    ['CommandFailed', 1],
    ['VerificationFailed', 3],
    ['CompensationFailed', 1],
    ['InternalError', 1],
  ])('a run that fails with %s exits with %i', (type, code) => {
    expect(exitCodeOf({ view: view({ status: 'failed' }), failure: failure(type) })).toBe(code);
  });

  it('every failure type has one, and an unknown one counts as failed', () => {
    for (const type of FAILURE_TYPES) expect(exitCodeOfFailure(type)).toBeGreaterThan(0);
    expect(exitCodeOfFailure('SomethingNew')).toBe(EXIT_CODES.failed);
    expect(exitCodeOfFailure(undefined)).toBe(EXIT_CODES.failed);
  });

  it('a cancelled run exits with 5, a terminated one with 1, one that is done with 0', () => {
    const end = (status: 'cancelled' | 'terminated' | 'done') => view({ status });
    expect(exitCodeOf({ view: end('cancelled'), failure: failure('Cancelled') })).toBe(5);
    expect(exitCodeOf({ view: end('terminated'), failure: failure('Terminated') })).toBe(1);
    expect(exitCodeOf({ view: end('done') })).toBe(0);
  });

  it('are all documented, in docs/exit-codes.md and in `pawl help exit-codes`', () => {
    const docs = readFileSync(join(__dirname, '../../../docs/exit-codes.md'), 'utf8');
    for (const code of Object.values(EXIT_CODES)) {
      expect(docs).toMatch(new RegExp(`^\\| ${code} `, 'm'));
      expect(HELP_TOPICS['exit-codes']).toMatch(new RegExp(`^ +${code} `, 'm'));
    }
  });
});
