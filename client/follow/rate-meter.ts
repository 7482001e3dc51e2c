const WINDOW_MILLISECONDS = 10_000;

interface Sample {
  readonly at: number;
  readonly bytes: number;
}

/** How fast bytes of each step moved lately. A retry that starts from less begins a new window. */
export class RateMeter {
  readonly #samples = new Map<string, Sample[]>();

  add(stepId: string, bytes: number, at: number): void {
    const samples = this.#samples.get(stepId) ?? [];
    const last = samples.at(-1);
    // Heartbeats reach the server now and then: only a new figure says anything.
    if (last?.bytes === bytes) return;
    const goesOn = last !== undefined && bytes > last.bytes;
    const recent = samples.filter((sample) => {
      return sample === last || at - sample.at <= WINDOW_MILLISECONDS;
    });
    this.#samples.set(stepId, [...(goesOn ? recent : []), { at, bytes }]);
  }

  bytesPerSecond(stepId: string): number | undefined {
    const samples = this.#samples.get(stepId) ?? [];
    const first = samples[0];
    const last = samples.at(-1);
    if (!first || !last || last.at <= first.at) return undefined;
    return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
  }
}
