import type { Asking, RequestMemory } from '../model/seal';

const MOST_REMEMBERED = 1_000;

/** Which requests were admitted, for as long as they are valid: each is admitted once. */
export class RequestLedger {
  private readonly admitted: Map<string, string>;

  /** Until a first execution knows when it began, and one that continues another what that knew, nothing is admitted. */
  constructor(private memory: RequestMemory) {
    this.admitted = new Map(memory.admitted);
  }

  /** Undefined: may be admitted. Else what speaks against it. */
  obstacle({ id = '', at = '' }: Asking): string | undefined {
    if (at < this.memory.notBefore)
      return 'it was requested before this workflow began to remember';
    return this.admitted.has(id) ? 'it was admitted before, and is admitted once' : undefined;
  }

  admit({ id = '', at = '' }: Asking): void {
    this.admitted.set(id, at);
  }

  /** For the next execution: without what is refused for its age by now. */
  carry(validFrom: string): RequestMemory {
    const valid = [...this.admitted].filter(([, at]) => at >= validFrom);
    const newest = valid.sort(([, a], [, b]) => b.localeCompare(a)).slice(0, MOST_REMEMBERED);
    const forgotten = valid[newest.length]?.[1] ?? '';
    const { notBefore } = this.memory;
    return {
      // What is requested in the same millisecond as one that is forgotten is refused with it.
      notBefore: forgotten >= notBefore && forgotten !== '' ? `${forgotten}~` : notBefore,
      admitted: newest,
    };
  }
}
