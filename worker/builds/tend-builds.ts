import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logging';
import type { BundleStore, KeptBundle } from './bundle-store';
import { chooseCurrent } from './choose-current';
import type { Deployment } from './deployment';
import type { EarlierBuilds } from './earlier-builds';

/** Workflow code as it is installed, or kept. */
export type Build = Pick<KeptBundle, 'buildId' | 'path' | 'version'>;

export interface Builds {
  readonly host: string;
  /** What is installed here. */
  readonly own: Build;
  readonly store: BundleStore;
  readonly deployment: Deployment;
  readonly earlier: EarlierBuilds;
  readonly logger: Logger;
}

/** Another host may have been upgraded, or a run ended that was the last of its build. */
const TEND_EVERY_MILLISECONDS = 30_000;
const TRY_AGAIN_MILLISECONDS = 1_000;

/**
 * Sees to it, until `stop` is aborted, that every open run finds a worker of the build it began under, and every new one the
 * current build. `settled` is called once, when that is so for the first time.
 * Retry:  without end; logs what stood in the way
 * Throws: the failure of an earlier build's worker
 */
export async function tendBuilds(
  builds: Builds,
  stop: AbortSignal,
  settled: () => void,
  everyMilliseconds = TEND_EVERY_MILLISECONDS,
): Promise<void> {
  const tender = new Tender(builds);
  const attempt = tellingOnce(builds.logger, 'could not see to the builds of open runs');
  const attemptToKeep = tellingOnce(
    builds.logger,
    'could not keep the workflow code of this version, which open runs need after an upgrade',
  );
  let isSettled = false;
  try {
    while (!stop.aborted) {
      // No reason not to work: a disk that is full now will have room again.
      await attemptToKeep(() => tender.keepOwn());
      const done = await attempt(() => tender.tend());
      if (done && !isSettled) settled();
      isSettled ||= done;
      const pause = sleep(isSettled ? everyMilliseconds : TRY_AGAIN_MILLISECONDS, undefined, {
        signal: stop,
      });
      await Promise.race([pause.catch(() => undefined), builds.earlier.failure]);
    }
  } finally {
    await builds.earlier.stopAll();
  }
}

/** Whether it was done. Why not is logged when it is not what stood in the way before. */
function tellingOnce(
  logger: Logger,
  what: string,
): (work: () => Promise<void>) => Promise<boolean> {
  let told: string | undefined;
  return async (work) => {
    try {
      await work();
      told = undefined;
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== told) {
        logger.warn({ err: error }, `${what}; trying again`);
      }
      told = reason;
      return false;
    }
  };
}

class Tender {
  /** Builds that no run needed at the last look: the list of runs may lag behind. */
  #idle: ReadonlySet<string> = new Set();

  constructor(private readonly builds: Builds) {}

  async keepOwn(): Promise<void> {
    const { own, store } = this.builds;
    await store.keep(own.path, own.version);
  }

  async tend(): Promise<void> {
    const current = await this.settleCurrent();
    const { bundles, damaged } = await this.builds.store.list();
    if (damaged.length > 0) this.builds.logger.warn({ damaged }, 'kept bundles are damaged');
    const earlier = bundles.filter(({ buildId }) => buildId !== this.builds.own.buildId);
    const idle = new Set<string>();
    for (const bundle of earlier) {
      const isNeeded =
        bundle.buildId === current || (await this.builds.deployment.isNeeded(bundle.buildId));
      if (isNeeded) await this.start(bundle);
      else if (this.#idle.has(bundle.buildId)) await this.drop(bundle);
      else idle.add(bundle.buildId);
    }
    await this.stopLost(bundles);
    this.#idle = idle;
  }

  /** Looks again when another host has changed it meanwhile. */
  private async settleCurrent(): Promise<string> {
    const { deployment, own, host, logger } = this.builds;
    for (;;) {
      const { current, known, token } = await deployment.look();
      // The usual case needs no further question.
      if (current === own.buildId) return current;
      const others = (await deployment.hosts()).filter((other) => other.host !== host);
      const hosts = [...others, { host, buildId: own.buildId }];
      const chosen = chooseCurrent({ current, hosts, known }) ?? own.buildId;
      if (chosen === current) return chosen;
      if (!(await deployment.makeCurrent(chosen, token))) continue;
      logger.info({ build: chosen, before: current }, 'new runs begin under this build');
      return chosen;
    }
  }

  private async start(bundle: KeptBundle): Promise<void> {
    const { earlier, logger } = this.builds;
    const { buildId: build, version } = bundle;
    if (earlier.builds.includes(build)) return;
    await earlier.start(bundle);
    logger.info({ build, version }, 'works for runs of an earlier build');
  }

  private async drop({ buildId: build, version }: KeptBundle): Promise<void> {
    const { earlier, store, logger } = this.builds;
    await earlier.stop(build);
    await store.drop(build);
    logger.info({ build, version }, 'dropped an earlier build: no run needs it');
  }

  /** Whose file is gone: what is in memory would go on until the next start only, and nobody would know. */
  private async stopLost(bundles: readonly KeptBundle[]): Promise<void> {
    const { earlier } = this.builds;
    const kept = new Set(bundles.map(({ buildId }) => buildId));
    for (const build of earlier.builds) if (!kept.has(build)) await earlier.stop(build);
  }
}
