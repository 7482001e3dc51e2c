import { loadClientConnectConfig } from '@temporalio/envconfig';
import { COMMON_SETTINGS, refuseSharedPorts } from './common-settings';
import { ConfigError, readSettings, type Environment, type Setting, type Values } from './settings';

type ClientConnectConfig = ReturnType<typeof loadClientConnectConfig>;

export const WORKER_SETTINGS = {
  ...COMMON_SETTINGS,
  noWorkflows: {
    flag: 'no-workflows',
    about:
      "only do the steps of this host: another worker runs the runbooks' workflows, for which this one needs neither memory nor CPU",
    fallback: () => 'false',
    parse: (text: string) => text === 'true',
  },
  profile: {
    flag: 'profile',
    variable: 'TEMPORAL_PROFILE',
    placeholder: 'NAME',
    about: "profile of Temporal's client configuration: the server to work for",
    parse: (text: string) => text,
  },
} as const satisfies Record<string, Setting<unknown>>;

export interface WorkerConfig extends Values<typeof WORKER_SETTINGS> {
  readonly temporal: TemporalAddress;
}

export interface TemporalAddress {
  readonly connectionOptions: ClientConnectConfig['connectionOptions'];
  /** As in the connection options, for messages. */
  readonly address: string;
  readonly namespace: string;
}

/**
 * Reads what `pawl worker` was told, by flags, environment and Temporal's own client configuration.
 * Throws: ConfigError
 */
export function readWorkerConfig(argv: readonly string[], env: Environment): WorkerConfig {
  const settings = readSettings(WORKER_SETTINGS, argv, env);
  refuseSharedPorts({
    '--health-address': settings.healthAddress,
    '--metrics-address': settings.metricsAddress,
  });
  return { ...settings, temporal: readTemporalAddress(settings.profile, env) };
}

function readTemporalAddress(profile: string | undefined, env: Environment): TemporalAddress {
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({
      ...(profile === undefined ? {} : { profile }),
      overrideEnvVars: definedOnly(env),
    });
    const address = connectionOptions.address ?? '127.0.0.1:7233';
    return {
      connectionOptions: { ...connectionOptions, address },
      address,
      namespace: namespace ?? 'default',
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`Temporal's client configuration: ${reason}`);
  }
}

function definedOnly(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
