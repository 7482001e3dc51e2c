import { createColors } from 'picocolors';

export type Colours = ReturnType<typeof createColors>;

export interface OutputStyle {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
}

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
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
  /** By performance.now(), whose zero is the start of the process. */
  #wroteAt = 0;

  constructor(
    readonly style: OutputStyle,
    readonly stdout: Stream = process.stdout,
    readonly stderr: Stream = process.stderr,
    environment: NodeJS.ProcessEnv = process.env,
  ) {
    this.#canRewrite = stderr.isTTY === true && environment['TERM'] !== 'dumb';
    this.colours = createColors(wantsColour(stdout, style, environment));
    this.noteColours = createColors(wantsColour(stderr, style, environment));
  }

  /** Someone looks at standard output as it comes. */
  get live(): boolean {
    return this.stdout.isTTY === true && !this.style.json && !this.style.quiet;
  }

  get width(): number {
    return this.stdout.columns ?? 100;
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

  #write(stream: Stream, text: string): void {
    this.#clear();
    this.#wroteAt = performance.now();
    stream.write(`${text}\n`);
  }
}

function wantsColour(stream: Stream, style: OutputStyle, environment: NodeJS.ProcessEnv): boolean {
  if (!style.color || style.json || environment['NO_COLOR']) return false;
  if (environment['FORCE_COLOR'] && environment['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}
