import { AdapterError } from '../../activities/ports/adapter-error';
import { toFailure } from '../../activities/frame/to-failure';

const plain = (text: string): string => text;

describe('turning an error into a failure', () => {
  it.each([
    ['ServiceUnavailable', 1, true],
    ['ServiceUnavailable', 1000, true],
    ['ResourceBusy', 1000, true],
    ['CommandFailed', 1, true],
    ['CommandFailed', 3, true],
    ['CommandFailed', 4, false],
    ['PreconditionFailed', 1, false],
    ['CredentialsRejected', 1, false],
    ['VerificationFailed', 1, false],
    ['InternalError', 1, false],
  ] as const)('%s in attempt %i is tried again: %s', (kind, attempt, again) => {
    const failure = toFailure(new AdapterError(kind, 'message'), attempt, plain);
    expect(failure).toMatchObject({ type: kind, nonRetryable: !again });
  });

  it.each(['ServiceUnavailable', 'ResourceBusy', 'CommandFailed'] as const)(
    'a final %s is not tried again',
    (kind) => {
      const error = new AdapterError(kind, 'message', {}, { final: true });
      expect(toFailure(error, 1, plain)).toMatchObject({ type: kind, nonRetryable: true });
    },
  );

  it('takes an error that no adapter threw for a bug of ours, and says where it was', () => {
    const failure = toFailure(new TypeError('x is undefined'), 1, plain);
    expect(failure).toMatchObject({ type: 'InternalError', nonRetryable: true });
    expect(failure.message).toMatch(/TypeError: x is undefined at .*to-failure\.test/);
  });

  it('redacts message and evidence', () => {
    const error = new AdapterError('CommandFailed', 'password hunter2', {
      stderrTail: 'hunter2!',
      argv: ['hunter2'],
    });
    const failure = toFailure(error, 1, (text) => text.replaceAll('hunter2', '[redacted]'));
    expect(JSON.stringify([failure.message, failure.details])).not.toContain('hunter2');
    expect(failure.details).toEqual([
      { evidence: { stderrTail: '[redacted]!', argv: ['[redacted]'] } },
    ]);
  });

  it('tells what happened also when a secret is found in its figures', () => {
    const error = new AdapterError('PreconditionFailed', 'no', {
      exitCode: 1,
      stderrTail: 'port 1',
    });
    const failure = toFailure(error, 1, (text) => text.replaceAll('1', '[redacted]'));
    expect(failure.details).toEqual([{ evidence: { exitCode: 1, stderrTail: 'port [redacted]' } }]);
  });

  it('is never too large for Temporal, whatever a program said, and cuts no secret in two', () => {
    const much = `${'x'.repeat(3999)}hunter2${'x'.repeat(1_000_000)}`;
    const error = new AdapterError('CommandFailed', much, {
      stderrTail: much,
      argv: Array.from({ length: 10_000 }, String),
    });
    const failure = toFailure(error, 1, (text) => text.replaceAll('hunter2', '[redacted]'));
    const whole = JSON.stringify([failure.message, failure.details]);
    expect(whole.length).toBeLessThan(20_000);
    expect(whole).not.toContain('hunt');
    expect(failure.message).toMatch(/^x+\[…$/);
  });
});
