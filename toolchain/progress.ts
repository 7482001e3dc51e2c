const SAY_AGAIN_AFTER_MS = 15_000;
const DRAW_AFTER_MS = 200;

/**
 * Takes one line for a person. A `passing` line says how far something is: the next one takes its place on a terminal,
 * and elsewhere one is shown now and then.
 */
export type Report = (line: string, passing?: 'passing') => void;

/** A row each for things that go on side by side. */
export interface Progress {
  row(): Report;
  /** Leaves what was drawn where it is. */
  end(): void;
}

/** Rows drawn over themselves on a terminal; lines, one every 15 s at most for what only passes, elsewhere. */
export async function openProgress(stream: NodeJS.WriteStream = process.stderr): Promise<Progress> {
  if (stream.isTTY && process.env['TERM'] !== 'dumb') return drawnRows(stream);
  const write = (line: string): void => {
    stream.write(`${line}\n`);
  };
  return { row: () => paced(write), end: () => undefined };
}

/** Lets a passing line through now and then, and every other line at once. */
export function paced(write: (line: string) => void): Report {
  let saidAt = performance.now();
  return (line, passing) => {
    if (passing && performance.now() - saidAt < SAY_AGAIN_AFTER_MS) return;
    saidAt = performance.now();
    write(line);
  };
}

async function drawnRows(stream: NodeJS.WriteStream): Promise<Progress> {
  const { createLogUpdate } = await import('log-update');
  const picture = createLogUpdate(stream, { showCursor: true });
  const rows: string[] = [];
  let drawnAt = 0;
  const draw = (): void => {
    drawnAt = performance.now();
    picture(rows.filter((row) => row !== '').join('\n'));
  };
  return {
    row: () => {
      const place = rows.push('') - 1;
      return (line, passing) => {
        rows[place] = line;
        if (!passing || performance.now() - drawnAt > DRAW_AFTER_MS) draw();
      };
    },
    end: () => {
      draw();
      picture.done();
    },
  };
}
