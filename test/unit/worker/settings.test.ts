import { COMMON_SETTINGS, formatAddress, parseAddress } from '../../../worker/common-settings';
import { readWorkerConfig } from '../../../worker/config';
import { readServerConfig } from '../../../worker/server/server-config';
import { workerFlags } from '../../../worker/server/worker-command';
import { ConfigError, describeSettings, readSettings } from '../../../worker/settings';

const NOWHERE = { TEMPORAL_CONFIG_FILE: '/nonexistent/temporal.toml', HOME: '/home/anna' };

describe('settings of worker and server', () => {
  it('takes a flag before its variable, and its variable before the default', () => {
    const read = (argv: string[], env = {}): string =>
      readSettings(COMMON_SETTINGS, argv, env).host;
    expect(read([])).toBe('local');
    expect(read([], { PAWL_HOST: 'from-variable' })).toBe('from-variable');
    expect(read(['--host', 'from-flag'], { PAWL_HOST: 'from-variable' })).toBe('from-flag');
    expect(read([], { PAWL_HOST: '' })).toBe('local');
  });

  it('names every bad value at once, and where each came from', () => {
    const read = (): unknown =>
      readWorkerConfig(['--host', 'a/b', '--health-address', '8234'], {
        ...NOWHERE,
        PAWL_LOG_LEVEL: 'loud',
        PAWL_PARALLEL_STEPS: '0',
      });
    expect(read).toThrow(
      [
        '--host: must be 1 to 63 letters, digits, dots, hyphens and underscores (given: "a/b")',
        'PAWL_PARALLEL_STEPS: must be a whole number from 1 to 100 (given: "0")',
        '--health-address: must be HOST:PORT, such as 127.0.0.1:8234 (given: "8234")',
        'PAWL_LOG_LEVEL: must be one of trace, debug, info, warn, error (given: "loud")',
      ].join('\n'),
    );
  });

  it('refuses a flag that it does not know', () => {
    expect(() => readWorkerConfig(['--hots', 'x'], NOWHERE)).toThrow("Unknown option '--hots'");
  });

  it('refuses one port for two things, and an empty name of a folder', () => {
    const server = (...argv: string[]): unknown => readServerConfig(argv, NOWHERE);
    expect(() => server('--port', '7300', '--ui-port', '7300')).toThrow(
      '--port and --ui-port both ask for port 7300',
    );
    expect(() => server('--port', '7300', '--metrics-address', ':7300')).toThrow(ConfigError);
    expect(() => server('--state-dir', ' ')).toThrow('--state-dir: must name a folder');
    const both = ['--health-address', '127.0.0.1:9464', '--metrics-address', '127.0.0.1:9464'];
    expect(() => readWorkerConfig(both, NOWHERE)).toThrow('both ask for port 9464');
    expect(() => server('--port', '0', '--ui-port', '0')).not.toThrow();
    const apart = ['--health-address', '10.0.0.1:9464', '--metrics-address', '127.0.0.1:9464'];
    expect(() => readWorkerConfig(apart, NOWHERE)).not.toThrow();
  });

  it.each(['127.0.0.1:8234', '[::1]:8234', 'ops.example.org:0'])('reads back %s', (text) => {
    expect(formatAddress(parseAddress(text))).toBe(text);
  });

  it.each(['8234', '::1:8234', 'host:', 'host:99999', 'host:1:2', '[host]:1'])(
    'refuses %s as an address',
    (text) => {
      expect(() => parseAddress(text)).toThrow(/must be/);
    },
  );

  it("takes Temporal's own environment for the server to work for", () => {
    const env = { ...NOWHERE, TEMPORAL_ADDRESS: 'ops:7233', TEMPORAL_NAMESPACE: 'ops' };
    expect(readWorkerConfig([], env).temporal).toMatchObject({
      address: 'ops:7233',
      namespace: 'ops',
    });
    expect(readWorkerConfig([], NOWHERE).temporal).toMatchObject({
      address: '127.0.0.1:7233',
      namespace: 'default',
    });
  });

  it('says a profile that there is not', () => {
    expect(() => readWorkerConfig(['--profile', 'gone'], NOWHERE)).toThrow(
      "Temporal's client configuration:",
    );
  });

  it("hands a server's settings on to its worker as they were given", () => {
    const argv = ['--host', 'ops', '--state-dir', '/srv/pawl', '--parallel-steps', '2'];
    const addresses = ['--health-address', 'none', '--metrics-address', '[::1]:9464'];
    const server = readServerConfig([...argv, ...addresses, '--port', '0', '--headless'], NOWHERE);
    const worker = readWorkerConfig(workerFlags(server), NOWHERE);
    for (const name of Object.keys(COMMON_SETTINGS) as (keyof typeof COMMON_SETTINGS)[]) {
      expect(worker[name]).toEqual(server[name]);
    }
  });

  it('keeps what names another Temporal server from the processes of the embedded one', () => {
    const env = { PATH: '/bin', TEMPORAL_ADDRESS: 'cloud:7233', TEMPORAL_API_KEY: 'k' };
    expect(readServerConfig([], env).environment).toEqual({ PATH: '/bin' });
  });

  it('describes each setting with its variable and default', () => {
    const help = describeSettings(COMMON_SETTINGS, {});
    expect(help).toContain('--host NAME');
    expect(help).toContain('[PAWL_HOST, default local]');
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});
