import { ClientError } from '../../../client/client-error';
import { reportError } from '../../../client/report-error';
import { Output } from '../../../client/terminal/output';
import { ofThisProcess } from '../../../client/surroundings';

function afterAWait(style: Partial<Output['style']>, env = {}, isTTY = true) {
  jest.useFakeTimers({ doNotFake: ['performance'] });
  const { written, output } = terminal(style, { NO_COLOR: '1', ...env }, isTTY);
  const answer = output.waiting('asking the worker on local', Promise.resolve('here'));
  jest.advanceTimersByTime(700);
  jest.useRealTimers();
  return { written, output, answer };
}

function terminal(style: Partial<Output['style']> = {}, env = {}, isTTY = false) {
  const written = { out: '', err: '' };
  const stdout = { isTTY, write: (text: string) => (written.out += text) };
  const stderr = { isTTY, write: (text: string) => (written.err += text) };
  const whole = { json: false, quiet: false, verbose: false, color: true, ...style };
  return { written, output: new Output(whole, { ...ofThisProcess(), env, stdout, stderr }) };
}

describe('output', () => {
  it('with --json is nothing but documents with a schema', () => {
    const { written, output } = terminal({ json: true });
    output.result('text');
    output.line('text');
    output.json('pawl/runs@1', { runs: [] });
    expect(written.out).toBe('{"schema":"pawl/runs@1","runs":[]}\n');
  });

  it('with -q is the result only', () => {
    const { written, output } = terminal({ quiet: true });
    output.line('around it');
    output.note('beside it');
    output.result('melvin/42');
    expect(written).toEqual({ out: 'melvin/42\n', err: '' });
  });

  it.each([
    ['on a terminal', {}, true, true],
    ['in a pipe', {}, false, false],
    ['with NO_COLOR', { NO_COLOR: '1' }, true, false],
    ['with an empty NO_COLOR', { NO_COLOR: '' }, true, true],
    ['with TERM=dumb', { TERM: 'dumb' }, true, false],
    ['in a pipe with CI set', { CI: 'true' }, false, false],
    ['in a pipe with FORCE_COLOR', { FORCE_COLOR: '1' }, false, true],
  ])('%s has colours or not', (_, env, isTTY, expected) => {
    expect(terminal({}, env, isTTY).output.colours.isColorSupported).toBe(expected);
  });
});

describe('a wait', () => {
  const shown = 'asking the worker on local …';
  const gone = '\r\u001b[2K';

  it('is told on a terminal when it takes long, and is gone with the answer', async () => {
    const { written, answer } = afterAWait({});
    expect(written.err).toBe(shown);
    expect(await answer).toBe('here');
    expect(written).toEqual({ out: '', err: `${shown}${gone}` });
  });

  it('gives way to whatever is said meanwhile', async () => {
    const { written, output, answer } = afterAWait({});
    output.note('Still trying.');
    await answer;
    expect(written.err).toBe(`${shown}${gone}Still trying.\n`);
  });

  it.each([
    ['with --json', { json: true }, {}, true],
    ['with -q', { quiet: true }, {}, true],
    ['in a pipe', {}, {}, false],
    ['with TERM=dumb', {}, { TERM: 'dumb' }, true],
  ])('is not told %s', async (_, style, env, isTTY) => {
    const { written, answer } = afterAWait(style, env, isTTY);
    await answer;
    expect(written).toEqual({ out: '', err: '' });
  });
});

describe('errors', () => {
  const refused = new ClientError(4, 'melvin is frozen', {
    advice: 'pawl unfreeze',
    reason: 'ResourceBusy',
  });

  it('are told with what to do next, and without a stack', () => {
    const { written, output } = terminal();
    expect(reportError(refused, output)).toBe(4);
    expect(written).toEqual({ out: '', err: 'pawl: melvin is frozen\npawl unfreeze\n' });
  });

  it('have times as the rest of the output has them, and as they are with --json', () => {
    const frozen = new ClientError(4, 'frozen since 2026-11-21T07:25:16.518Z: disk');
    const { written, output } = terminal();
    reportError(frozen, output);
    expect(written.err).toMatch(/^pawl: frozen since 2026-11-2\d \d\d:\d\d:16: disk\n$/);
    const json = terminal({ json: true });
    reportError(frozen, json.output);
    expect(json.written.err).toContain('2026-11-21T07:25:16.518Z');
  });

  it('with --json are one document on standard error', () => {
    const { written, output } = terminal({ json: true });
    reportError(refused, output);
    expect(written.out).toBe('');
    expect(JSON.parse(written.err)).toEqual({
      schema: 'pawl/error@1',
      exitCode: 4,
      reason: 'ResourceBusy',
      message: 'melvin is frozen',
      advice: 'pawl unfreeze',
    });
  });

  it('that nobody foresaw exit with 1, ask for a report, and show a stack with -v only', () => {
    const { written, output } = terminal();
    expect(reportError(new TypeError('odd'), output)).toBe(1);
    expect(written.err).toContain('Please report it');
    expect(written.err).not.toContain('output.test');
    const verbose = terminal({ verbose: true });
    reportError(new TypeError('odd'), verbose.output);
    expect(verbose.written.err).toContain('output.test');
  });

  it('of the stack file exit with 2, whole', () => {
    const { written, output } = terminal();
    const invalid = Object.assign(new Error('x'), {
      name: 'StackFileError',
      format: () => 'pawl.yaml:7:5 host: must be text',
    });
    expect(reportError(invalid, output)).toBe(2);
    expect(written.err).toContain('pawl.yaml:7:5');
  });
});
