import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const WORKER = join(__dirname, '../../../worker');

/** Lines go to standard output by file descriptor: only another process can show them. */
function linesOf(script: string, secret = 's3cret'): Record<string, unknown>[] {
  const program = `
    const secret = ${JSON.stringify(secret)};
    const { createLogger } = require(${JSON.stringify(join(WORKER, 'logging.ts'))});
    const { temporalLogger } = require(${JSON.stringify(join(WORKER, 'temporal-logger.ts'))});
    const logger = createLogger(
      { logLevel: 'info', logFormat: 'json' },
      (text) => text.replaceAll(secret, '[redacted]'),
    );
    const temporal = temporalLogger(logger);
    ${script}`;
  const tsx = require.resolve('tsx/cli');
  const output = execFileSync(process.execPath, [tsx, '--eval', program], { encoding: 'utf8' });
  return output
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('log lines', () => {
  it('hold no secret, wherever it was: message, field, nested error', () => {
    const lines = linesOf(`
      const cause = new Error('inner s3cret');
      logger.info({ deep: { field: 's3cret' } }, 'message s3cret');
      temporal.error('failed', { error: new Error('outer s3cret', { cause }) });
    `);
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain('s3cret');
    expect(lines[0]).toMatchObject({ level: 'info', msg: 'message [redacted]' });
    expect(JSON.stringify(lines[1])).toContain('inner [redacted]');
  });

  it.each(['null', '1234', '","', 'info', ':\\\\', 'a"b\\\\c'])(
    'are JSON whatever the secrets are, and hold none: %s',
    (secret) => {
      const [line] = linesOf(
        `
        const fields = { a: null, b: true, port: 1234, deep: [{ ['key ' + secret]: 'x' + secret }] };
        logger.info({ ...fields, err: new Error('failed: ' + secret) }, 'said ' + secret);
      `,
        secret,
      );
      expect(line).toMatchObject({ level: 'info', msg: 'said [redacted]' });
      const { level, time, ...data } = line ?? {};
      const texts: string[] = [];
      JSON.stringify(data, (key, value: unknown) => {
        texts.push(key, ...(typeof value === 'object' && value !== null ? [] : [String(value)]));
        return value;
      });
      expect(texts.filter((text) => text.includes(secret))).toEqual([]);
      expect(texts).toContain('x[redacted]');
    },
  );

  it('tell a failure that was foreseen in one line, and keep the stack of any other', () => {
    const [step, run, defect] = linesOf(`
      const { ApplicationFailure } = require('@temporalio/common');
      const meta = { workflowId: 'melvin/4', activityId: 'observe:accounts', attempt: 1 };
      const foreseen = ApplicationFailure.nonRetryable('no such database', 'PreconditionFailed');
      temporal.warn('Activity failed', { ...meta, error: foreseen });
      temporal.warn('Workflow failed', { ...meta, error: new Error('look at accounts: no') });
      const bug = ApplicationFailure.nonRetryable('x is not a function', 'InternalError');
      temporal.warn('Activity failed', { ...meta, error: bug });
    `);
    expect(step).toMatchObject({
      msg: 'melvin/4 observe:accounts: PreconditionFailed: no such database',
      ...{ run: 'melvin/4', step: 'observe:accounts', attempt: 1 },
    });
    expect(run).toMatchObject({ msg: 'melvin/4 failed: look at accounts: no', run: 'melvin/4' });
    expect(JSON.stringify([step, run])).not.toContain('stack');
    expect(defect).toMatchObject({ err: { stack: expect.stringContaining(' at ') as string } });
  });

  it("keep the time and fields of Temporal's lines, bigints included", () => {
    const [line] = linesOf(`
      const { LogTimestamp } = require('@temporalio/worker');
      const meta = { workflowId: 'melvin/42', taskToken: 'x', size: 5n };
      temporal.warn('slow', { ...meta, [LogTimestamp]: 1_700_000_000_123_456_789n });
    `);
    expect(line).toEqual({
      ...{ level: 'warn', time: '2023-11-14T22:13:20.123Z', msg: 'slow' },
      ...{ workflowId: 'melvin/42', size: '5' },
    });
  });

  it("leave out the SDK's chatter, and keep what workflows and activities say", () => {
    const lines = linesOf(`
      temporal.info('Worker state changed', { sdkComponent: 'worker' });
      temporal.warn('No workflows registered, not polling for workflow tasks');
      temporal.info('stored', { sdkComponent: 'activity' });
      temporal.debug('too fine');
    `);
    expect(lines.map(({ msg }) => msg)).toEqual(['stored']);
  });
});
