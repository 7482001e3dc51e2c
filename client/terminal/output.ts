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

/** Data goes to standard output, everything said about it to standard error. Colours are decided for each alone. */
export class Output {
  readonly colours: Colours;
  readonly noteColours: Colours;

  constructor(
    readonly style: OutputStyle,
    readonly stdout: Stream = process.stdout,
    readonly stderr: Stream = process.stderr,
    environment: NodeJS.ProcessEnv = process.env,
  ) {
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
    if (!this.style.json) this.stdout.write(`${text}\n`);
  }

  /** What surrounds the result. */
  line(text = ''): void {
    if (!this.style.json && !this.style.quiet) this.stdout.write(`${text}\n`);
  }

  /** One document on one line; nothing without `--json`. */
  json(schema: `pawl/${string}@${number}`, body: object): void {
    if (this.style.json) this.stdout.write(`${JSON.stringify({ schema, ...body })}\n`);
  }

  /** A message beside the result, such as a wait. */
  note(text: string): void {
    if (!this.style.quiet) this.stderr.write(`${text}\n`);
  }

  error(text: string): void {
    this.stderr.write(`${text}\n`);
  }
}

function wantsColour(stream: Stream, style: OutputStyle, environment: NodeJS.ProcessEnv): boolean {
  if (!style.color || style.json || environment['NO_COLOR']) return false;
  if (environment['FORCE_COLOR'] && environment['FORCE_COLOR'] !== '0') return true;
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}
