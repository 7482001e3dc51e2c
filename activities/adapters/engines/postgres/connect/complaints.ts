import { setTimeout as sleep } from 'node:timers/promises';
import type { Explanation } from './session';

/** What is said beside an error is worth no longer wait. */
const PATIENCE_MILLISECONDS = 1_000;

/** A psql before 13 has no `\\warn`, and says so on standard error: that is a mark as good as any. */
const UNKNOWN_MARK = 'invalid command \\warn';

/** What a psql prints on standard error: of each error its detail and hint. */
export class Complaints {
  private lines: string[] = [];
  private marked: (() => void) | undefined;
  private mark: string | undefined;

  add(line: string): void {
    if (this.mark !== undefined && (line.includes(this.mark) || line.includes(UNKNOWN_MARK))) {
      this.marked?.();
    } else this.lines.push(line);
  }

  /** Waits for a line with the mark. What came before it is forgotten afterwards. */
  async until(mark: string): Promise<Explanation> {
    const done = new Promise<void>((resolve) => {
      this.mark = mark;
      this.marked = resolve;
    });
    await Promise.race([done, sleep(PATIENCE_MILLISECONDS, undefined, { ref: false })]);
    const { lines } = this;
    this.lines = [];
    this.mark = undefined;
    return { detail: labelled(lines, 'DETAIL'), hint: labelled(lines, 'HINT') };
  }
}

function labelled(lines: readonly string[], label: string): string | undefined {
  const line = lines.findLast((one) => one.startsWith(`${label}:`));
  return line?.slice(label.length + 1).trim();
}
