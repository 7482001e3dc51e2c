import { constants } from 'node:os';
import { tell } from './timeline';

/**
 * What the demo has started and must end on every way out: when it is done, after a failure, and when it is asked to
 * stop. Whoever starts something says here how it ends before it is waited for.
 */
export class Started {
  private readonly ends: (() => Promise<void>)[] = [];
  private ending: Promise<void> | undefined;

  /** Starts something; should it have to end meanwhile, that is as soon as it has started or failed. */
  async begin<Thing>(
    start: () => Promise<Thing>,
    end: (thing: Thing) => Promise<void>,
  ): Promise<Thing> {
    const starting = start();
    this.add(async () => {
      const thing = await starting.catch(() => undefined);
      if (thing !== undefined) await end(thing);
    });
    return starting;
  }

  add(end: () => Promise<void>): void {
    this.ends.push(end);
  }

  /** The last one first; all of them, also when one fails. */
  endAll(): Promise<void> {
    this.ending ??= this.endEach();
    return this.ending;
  }

  private async endEach(): Promise<void> {
    const failures: unknown[] = [];
    for (const end of this.ends.reverse())
      await end().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}

/** Aborted at Ctrl-C and the like; the process ends once all that was started has. */
export function endAtSignal(started: Started): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) return;
      stop.abort();
      tell(`${signal}: ending what was started`);
      void started.endAll().finally(() => {
        process.exit(process.exitCode ?? 128 + constants.signals[signal]);
      });
    });
  }
  return stop.signal;
}
