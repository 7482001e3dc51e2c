import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import pino from 'pino';
import type { HostPorts } from '../../activities/ports/host-ports';
import {
  createBundleStore,
  type BundleStore,
  type KeptBundle,
} from '../../worker/builds/bundle-store';
import { createDeployment } from '../../worker/builds/deployment';
import { EarlierBuilds } from '../../worker/builds/earlier-builds';
import { tendBuilds } from '../../worker/builds/tend-builds';
import { createRunDirectory } from '../../worker/run-directory';
import { createWorkflowWorker, type WorkerFrame } from '../../worker/temporal-workers';
import { sealedClient, TEST_SEALING } from './sealed';
import type { WorkflowHarness } from './workflow-harness';

const TEND_EVERY_MILLISECONDS = 300;

/** Each is told from the others as processes are. */
let lastPid = 0;

export interface Installed {
  readonly host: string;
  readonly stateDirectory: string;
  readonly bundle: string;
  readonly version: string;
}

/** The workflow workers of a host as `pawl worker` has them, in this process, tended more often. */
export class UpgradableHost {
  private constructor(
    readonly store: BundleStore,
    readonly own: KeptBundle,
    private readonly earlier: EarlierBuilds,
    private readonly end: AbortController,
    private readonly ended: Promise<unknown>,
    private readonly connection: NativeConnection,
  ) {}

  /** Resolves when new runs find a build, and open ones theirs. */
  static async start(harness: WorkflowHarness, installed: Installed): Promise<UpgradableHost> {
    // Each its own, as processes have: one connection has no two workers of one build.
    const connection = await NativeConnection.connect({ address: harness.address });
    const client = new Client({ connection, ...sealedClient() });
    const { host, version, stateDirectory } = installed;
    const store = createBundleStore(stateDirectory);
    const own = await store.keep(installed.bundle, version);
    const temporal = { address: '', namespace: 'default', connectionOptions: {} };
    const frame: WorkerFrame = {
      config: { host, temporal, parallelSteps: 1, noWorkflows: false },
      ports: { runs: createRunDirectory(client) } as HostPorts,
      ...{ connection, version, pid: (lastPid += 1), sealing: TEST_SEALING },
    };
    const worker = await createWorkflowWorker(frame, own, 'own');
    const earlier = new EarlierBuilds((bundle) => createWorkflowWorker(frame, bundle, 'earlier'));
    const end = new AbortController();
    const running = worker.run();
    const builds = {
      ...{ host, own, store, earlier, deployment: createDeployment(client, 'default') },
      logger: pino({ level: 'silent' }),
    };
    let tending: Promise<void> = Promise.resolve();
    await new Promise<void>((settled, fail) => {
      tending = tendBuilds(builds, end.signal, settled, TEND_EVERY_MILLISECONDS);
      tending.catch(fail);
    });
    const ended = tending.then(() => {
      worker.shutdown();
      return running;
    });
    return new UpgradableHost(store, own, earlier, end, ended, connection);
  }

  get earlierBuilds(): readonly string[] {
    return this.earlier.builds;
  }

  async stop(): Promise<void> {
    if (this.end.signal.aborted) return;
    this.end.abort();
    await this.ended;
    await this.connection.close();
  }
}
