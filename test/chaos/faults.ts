import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../support/processes';

/** One thing that shall go wrong in a worker, once; see preload.cjs. */
export interface Fault {
  readonly activity: string;
  readonly part?: string;
  readonly attempt?: number;
  readonly at: 'start' | 'end' | { readonly bytes: number } | { readonly effect: number };
  readonly then: 'kill' | 'hold';
  /** Kills that have it in common are one: it comes when somebody has reached each of their places, and waits there. */
  readonly together?: string | undefined;
}

/** A fault that is waited for. */
export interface ArmedFault {
  readonly then: Fault['then'];
  /** `start of backUpPart`. */
  readonly place: string;
  readonly hasStruck: boolean;
  /** Resolves with the part that was worked on when it struck; empty where there was none. */
  struck(): Promise<string>;
  /** Lets a held worker go on. */
  release(): Promise<void>;
}

/** What shall go wrong in the workers of one test environment. */
export class Faults {
  private count = 0;

  private constructor(
    private readonly directory: string,
    private readonly bundle: string,
  ) {}

  /** The directory must outlive the workers. */
  static async in(directory: string): Promise<Faults> {
    const program = join(__dirname, 'faulty-bundle.cjs');
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    return new Faults(directory, stdout.trim());
  }

  /** To be added to the environment of a worker, once for all faults to come. */
  get env(): Readonly<Record<string, string>> {
    const preload = `--require=${join(__dirname, 'preload.cjs')}`;
    return { NODE_OPTIONS: preload, PAWL_TEST_FAULTS: this.file, PAWL_TEST_BUNDLE: this.bundle };
  }

  /** Replaces what was armed before. */
  async arm(...faults: readonly Fault[]): Promise<readonly ArmedFault[]> {
    const marked = faults.map((fault) => {
      const marker = join(this.directory, `fault-${(this.count += 1)}`);
      return { fault, marker };
    });
    const markersOfKill = (kill: Fault) =>
      marked
        .filter(({ fault }) => fault === kill || isOne(fault, kill))
        .map(({ marker }) => marker);
    const written = marked.map(({ fault, marker }) => ({
      ...{ ...fault, marker },
      together: markersOfKill(fault),
    }));
    await writeFile(this.file, JSON.stringify(written));
    return marked.map(({ fault, marker }) => ({
      then: fault.then,
      place: placeOf(fault),
      get hasStruck() {
        return existsSync(marker);
      },
      struck: async () => {
        await until(() => (existsSync(marker) ? true : undefined), 60);
        return readFile(marker, 'utf8');
      },
      release: () => writeFile(`${marker}.go`, ''),
    }));
  }

  /** Each kill of all workers so far: where, in which run and attempt. */
  async kills(): Promise<readonly string[]> {
    const log = `${this.file}.log`;
    return existsSync(log) ? (await readFile(log, 'utf8')).trim().split('\n') : [];
  }

  private get file(): string {
    return join(this.directory, 'faults.json');
  }
}

function isOne(one: Fault, other: Fault): boolean {
  return one.together !== undefined && one.together === other.together;
}

function placeOf({ activity, at }: Fault): string {
  return `${typeof at === 'string' ? at : JSON.stringify(at)} of ${activity}`;
}
