import type { Worker } from '@temporalio/worker';
import type { KeptBundle } from './bundle-store';

/** Workflow workers of builds before this one, each for runs that only it can continue. */
export class EarlierBuilds {
  readonly #working = new Map<string, { readonly worker: Worker; readonly end: Promise<void> }>();
  #fail: (reason: unknown) => void = () => undefined;
  /** Rejects when one of them breaks down; never resolves. */
  readonly failure = new Promise<never>((_, reject) => {
    this.#fail = reject;
  });

  constructor(private readonly create: (bundle: KeptBundle) => Promise<Worker>) {
    // Whoever waits for it is told; before that, nobody is.
    this.failure.catch(() => undefined);
  }

  get builds(): readonly string[] {
    return [...this.#working.keys()];
  }

  /** Retry:  safe; one that works goes on */
  async start(bundle: KeptBundle): Promise<void> {
    if (this.#working.has(bundle.buildId)) return;
    const worker = await this.create(bundle);
    const end = worker.run();
    end.catch(this.#fail);
    this.#working.set(bundle.buildId, { worker, end });
  }

  /** Resolves when it has ended what it had in hand. */
  async stop(buildId: string): Promise<void> {
    const found = this.#working.get(buildId);
    if (found === undefined) return;
    this.#working.delete(buildId);
    if (found.worker.getState() === 'RUNNING') found.worker.shutdown();
    await found.end;
  }

  async stopAll(): Promise<void> {
    await Promise.allSettled(this.builds.map((buildId) => this.stop(buildId)));
  }
}
