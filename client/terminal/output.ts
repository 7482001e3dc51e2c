import { createColors } from 'picocolors';
import type { OutputStream, Surroundings } from '../surroundings';

export type Colours = ReturnType<typeof createColors>;

export interface OutputStyle {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

/** After so long without a word one asks oneself whether anything happens. */
const WONDER_MILLISECONDS = 700;
/** An answer within this time is no wait. */
const FLASH_MILLISECONDS = 100;
const ERASE_LINE = '\u001b[2K';

/** Data goes to standard output, everything said about it to standard error. Colours are decided for each alone. */
export class Output {
  readonly colours: Colours;
  readonly noteColours: Colours;
  /** A line on standard error that is not there to stay. */
  #passing = false;
  readonly #canRewrite: boolean;
  readonly #isDrawn: boolean;
  readonly stdin: Surroundings['stdin'];
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** By performance.now(). */
  #wroteAt: number;

  constructor(
    readonly style: OutputStyle,
    { env: environment, stdin, stdout, stderr, calledAt }: Omit<Surroundings, 'cwd'>,
  ) {
    const isDumb = environment['TERM'] === 'dumb';
    this.stdin = stdin;
    this.stdout = stdout;
    this.stderr = stderr;
    this.#wroteAt = calledAt;
    this.#canRewrite = stderr.isTTY === true && !isDumb;
    this.#isDrawn = stdout.isTTY === true && !isDumb && !environment['CI'];
    this.colours = createColors(wantsColour(stdout, style, environment));
    this.noteColours = createColors(wantsColour(stderr, style, environment));
  }

  /** Someone looks at standard output as it comes, on a terminal that can be drawn over; a log of CI is none. */
  get live(): boolean {
    return this.#isDrawn && !this.style.json && !this.style.quiet;
  }

  /** A terminal that tells no size, or 0, is taken for one of 80 columns. */
  get width(): number {
    return this.stdout.columns || (this.stdout.isTTY === true ? 80 : 100);
  }

  /** Where text is broken. In a pipe nowhere: a line there is for other programs to take apart. */
  get textWidth(): number {
    return this.stdout.isTTY === true ? this.width : Infinity;
  }

  get height(): number {
    return this.stdout.rows || 24;
  }

  /** The result: shown with `-q` too. Left out with `--json`, where `json` says it. */
  result(text: string): void {
    if (!this.style.json) this.#write(this.stdout, text);
  }

  /** What surrounds the result. */
  line(text = ''): void {
    if (!this.style.json && !this.style.quiet) this.#write(this.stdout, text);
  }

  /** One document on one line; nothing without `--json`. */
  json(schema: `pawl/${string}@${number}`, body: object): void {
    if (this.style.json) this.stdout.write(`${JSON.stringify({ schema, ...body })}\n`);
  }

  /** A message beside the result, such as a wait. */
  note(text: string): void {
    if (!this.style.quiet) this.#write(this.stderr, text);
  }

  error(text: string): void {
    this.#write(this.stderr, text);
  }

  /**
   * Says what is waited for when the wait is long enough to wonder, as a line that is gone with the answer. For a
   * person at a terminal only: nothing in a pipe, with `--json` or `-q`.
   */
  async waiting<Answer>(what: string, wait: Promise<Answer>): Promise<Answer> {
    const silence = performance.now() - this.#wroteAt;
    const timer = setTimeout(
      () => {
        this.#pass(what);
      },
      Math.max(FLASH_MILLISECONDS, WONDER_MILLISECONDS - silence),
    );
    try {
      return await wait;
    } finally {
      clearTimeout(timer);
      this.#clear();
    }
  }

  #pass(what: string): void {
    const { json, quiet } = this.style;
    if (!this.#canRewrite || json || quiet || this.#passing) return;
    const columns = this.stderr.columns ?? 80;
    const line = `${what} …`.slice(0, columns - 1);
    this.stderr.write(this.noteColours.dim(line));
    this.#passing = true;
  }

  #clear(): void {
    if (this.#passing) this.stderr.write(`\r${ERASE_LINE}`);
    this.#passing = false;
  }

  #write(stream: OutputStream, text: string): void {
    this.#clear();
    this.#wroteAt = performance.now();
    stream.write(`${stream.isTTY === true ? foldLines(text, stream.columns || 80) : text}\n`);
  }
}

// eslint-disable-next-line no-control-regex -- the escape sequences that this program writes
const COLOUR = /\u001b\[[\d;]*m/g;

/** Breaks lines that are longer than a terminal is wide: between words, and with their indentation. */
export function foldLines(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => (visibleLength(line) <= width ? line : foldLine(line, width)))
    .join('\n');
}

function foldLine(line: string, width: number): string {
  const [indent = ''] = /^ */.exec(line) ?? [];
  const lines: string[] = [];
  for (const word of line.slice(indent.length).split(' ')) {
    const last = lines.at(-1);
    const longer = last === undefined ? `${indent}${word}` : `${last} ${word}`;
    if (last === undefined || visibleLength(longer) <= width) lines.splice(-1, 1, longer);
    else lines.push(`${indent}${word}`);
  }
  return lines.join('\n');
}

function visibleLength(text: string): number {
  return Array.from(text.replace(COLOUR, '')).length;
}

function wantsColour(
  stream: OutputStream,
  style: OutputStyle,
  environment: Surroundings['env'],
): boolean {
  if (!style.color || style.json || environment['NO_COLOR']) return false;
  if (environment['FORCE_COLOR'] && environment['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}
