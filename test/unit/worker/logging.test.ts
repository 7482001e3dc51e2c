import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const WORKER = join(__dirname, '../../../worker');

/** Lines go to standard output by file descriptor: only another process can show them. */
function linesOf(script: string): Record<string, unknown>[] {
  const program = `
    const { createLogger } = require(${JSON.stringify(join(WORKER, 'logging.ts'))});
    const { temporalLogger } = require(${JSON.stringify(join(WORKER, 'temporal-logger.ts'))});
    const logger = createLogger(
      { logLevel: 'info', logFormat: 'json' },
      (text) => text.replaceAll('s3cret', '[redacted]'),
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
