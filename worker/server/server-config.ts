import { COMMON_SETTINGS, parsePort, refuseSharedPorts } from '../common-settings';
import { readSettings, type Environment, type Setting, type Values } from '../settings';

export const SERVER_SETTINGS = {
  ...COMMON_SETTINGS,
  port: {
    flag: 'port',
    variable: 'PAWL_SERVER_PORT',
    placeholder: 'PORT',
    about: 'port of the Temporal server on 127.0.0.1; 0 for any',
    fallback: () => '7233',
    parse: parsePort,
  },
  uiPort: {
    flag: 'ui-port',
    variable: 'PAWL_UI_PORT',
    placeholder: 'PORT',
    about: "port of Temporal's web pages on 127.0.0.1; the server's + 1000 unless given",
    parse: parsePort,
  },
  headless: {
    flag: 'headless',
    about: 'no web pages',
    fallback: () => 'false',
    parse: (text: string) => text === 'true',
  },
  uiSealed: {
    flag: 'ui-sealed',
    about: 'the web pages show nothing of what is sealed, to nobody',
    fallback: () => 'false',
    parse: (text: string) => text === 'true',
  },
  uiMayAct: {
    flag: 'ui-may-act',
    about:
      'what is requested in the web pages is sealed too, and so is done: approvals, for example',
    fallback: () => 'false',
    parse: (text: string) => text === 'true',
  },
} as const satisfies Record<string, Setting<unknown>>;

export interface ServerConfig extends Values<typeof SERVER_SETTINGS> {
  readonly namespace: string;
  /** Environment of the worker and of Temporal's CLI: nothing in it names another Temporal server. */
  readonly environment: Environment;
}

/** Throws: ConfigError */
export function readServerConfig(argv: readonly string[], env: Environment): ServerConfig {
  const settings = readSettings(SERVER_SETTINGS, argv, env);
  const { port, uiPort, headless, healthAddress, metricsAddress } = settings;
  const host = '127.0.0.1';
  refuseSharedPorts({
    '--port': { host, port },
    '--ui-port': headless || uiPort === undefined ? undefined : { host, port: uiPort },
    '--health-address': healthAddress,
    '--metrics-address': metricsAddress,
  });
  const namespace = env['TEMPORAL_NAMESPACE'] || 'default';
  return { ...settings, namespace, environment: withoutTemporalSettings(env) };
}

export function withoutTemporalSettings(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}
