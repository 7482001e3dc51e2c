import { AdapterError } from '../../ports/adapter-error';
import type { CommandOptions, CommandRunner, RunningCommand } from '../../ports/command-runner';
import type { Site } from '../../ports/site';
import type { RepositoryDescription } from '../../../workflows/model/stack';
import { readOutput } from '../process/run-to-end';
import { redactor } from '../process/redact';
import { connectionArguments, unlockArguments } from './arguments';
import { resticFailure, isHopeless } from './failure';
import { repositoryLocation, type RepositoryLocation } from './location';
import { describeHolder } from './lock-holder';
import { passwordOf } from './password';

export interface ResticOptions {
  /** File of the program, ≥ 0.17.1. */
  readonly restic: string;
  readonly runner: CommandRunner;
  /** Indexes and trees of repositories, kept between runs; it may be lost. */
  readonly cacheDirectory: string;
}

export interface ResticCall {
  readonly args: readonly string[];
  /** For messages: `Storing part accounts in /srv/backup/melvin`. */
  readonly attempted: string;
  readonly signal: AbortSignal;
  readonly input?: string;
  /** The run has seen the repository: when it is gone now, it is waited for. */
  readonly wasSeen?: true;
  /** The repository that is copied from. */
  readonly from?: Restic;
  /** Whatever restic says on standard error, line by line, without secrets. */
  readonly onLine?: (line: string) => void;
}

export interface StartOptions {
  readonly patience: PatienceWith;
  readonly stdin: 'pipe' | 'ignore';
  readonly cwd?: string;
  /** Exit codes besides 0 that are no failure by themselves: what they mean is for the caller to say. */
  readonly accept?: readonly number[];
}

/** `network`: a backend that comes and goes is waited for, as restic itself does; the start of long work. */
type PatienceWith = 'network' | 'none';

export interface RunningRestic extends RunningCommand {
  /** Resolves when restic has ended well; rejects with what its end means. */
  ended(): Promise<void>;
}

const LOCKED = 11;

/** A local repository takes half a second; a remote one that takes longer is away. */
const UNLOCK_MILLISECONDS = 10_000;

/** restic on one repository: its environment, the meaning of its exits, and its stale locks. */
export class Restic {
  readonly location: RepositoryLocation;
  /** The repository's address as people may see it. */
  readonly name: string;

  constructor(
    private readonly options: ResticOptions,
    private readonly site: Site,
    private readonly description: RepositoryDescription,
  ) {
    this.location = repositoryLocation(description.url, site.directory);
    this.name = redactor([])(this.location.url);
  }

  /** Runs restic to its end. A lock of a dead process is removed, once. */
  async run(call: ResticCall, patience: PatienceWith = 'none'): Promise<string> {
    try {
      return await this.runOnce(call, patience);
    } catch (error) {
      if (!isLocked(error)) throw error;
      // What was stale is removed by now: whatever still stands now has a living holder.
      return await this.runOnce(call, patience);
    }
  }

  /** Starts restic to be fed or read. It gives up at once on what it would only try in vain. */
  async start(
    call: ResticCall,
    { patience, stdin, cwd, accept = [] }: StartOptions,
  ): Promise<RunningRestic> {
    const giveUp = new AbortController();
    const { env, secrets } = await this.environment(call.from);
    const places = [this.location, ...(call.from ? [call.from.location] : [])];
    const circumstances = {
      isRemote: places.some(({ folder }) => folder === undefined),
      wasSeen: call.wasSeen === true,
    };
    let hopeless: string | undefined;
    const options: CommandOptions = {
      env,
      secrets,
      stdin,
      ...(cwd === undefined ? {} : { cwd }),
      signal: AbortSignal.any([giveUp.signal, call.signal]),
      onStderrLine: (line) => {
        call.onLine?.(line);
        if (hopeless !== undefined || !isHopeless(line, patience, circumstances)) return;
        hopeless = line;
        giveUp.abort();
      },
    };
    const urls = places.map(({ url }) => url);
    const argv = [this.options.restic, ...connectionArguments(urls), ...call.args];
    const command = await this.options.runner.spawn(argv, options);
    let end: Promise<void> | undefined;
    const judge = async (): Promise<void> => {
      const exit = await command.exit;
      // It had no time to free its lock. Cancelled or not: what comes next must not meet it.
      if (exit.signal !== null && call.args[0] !== 'unlock') {
        await this.removeLockOfKilled();
        await call.from?.removeLockOfKilled();
      }
      call.signal.throwIfAborted();
      if (exit.code === 0 || (exit.code !== null && accept.includes(exit.code))) return;
      const ended = { location: this.options.runner.location, argv, exit, secrets };
      const failure = resticFailure(call.attempted, ended, circumstances, hopeless);
      throw await this.understood(failure, call);
    };
    // Judged once: the judgement removes stale locks and reads those that stand.
    const ended = (): Promise<void> => (end ??= judge());
    const kill = async (): Promise<void> => {
      await command.kill();
      // Why it ended is for those who ask `ended`.
      await ended().catch(() => undefined);
    };
    return { ...command, ended, kill };
  }

  private async runOnce(call: ResticCall, patience: PatienceWith = 'none'): Promise<string> {
    const stdin = call.input === undefined ? 'ignore' : 'pipe';
    const running = await this.start(call, { patience, stdin });
    running.stdin?.end(call.input);
    const output = await readOutput(running);
    await running.ended();
    return output;
  }

  /** Names the holder of a lock, and clears away those of dead processes. */
  private async understood(failure: AdapterError, call: ResticCall): Promise<AdapterError> {
    const locked = failure.evidence.exitCode === LOCKED;
    if (call.args[0] === 'unlock' || !locked) return failure;
    await this.removeStaleLocks(call.signal);
    await call.from?.removeStaleLocks(call.signal);
    const holder = await describeHolder(this.name, call.signal, (each) => this.runOnce(each));
    const { kind, message, evidence } = failure;
    return new AdapterError(kind, `${message}. ${holder}`, evidence);
  }

  /** With a time of its own: the call may be cancelled by now. A backend that is away keeps the lock until it is back. */
  private async removeLockOfKilled(): Promise<void> {
    try {
      await this.removeStaleLocks(AbortSignal.timeout(UNLOCK_MILLISECONDS));
    } catch (error) {
      // The next call that the lock stands in the way of removes it (`understood`).
      if (!(error instanceof AdapterError) && !isTimeout(error)) throw error;
    }
  }

  /** Never `--remove-all`: restic alone knows which locks are stale (process gone from this host, 30 minutes old). */
  async removeStaleLocks(signal: AbortSignal): Promise<void> {
    await this.runOnce({
      args: unlockArguments(),
      attempted: `Removing stale locks of ${this.name}`,
      signal,
    });
  }

  /** `restic 0.19.1`. */
  async version(signal: AbortSignal): Promise<string> {
    const { stdout } = await this.options.runner.run([this.options.restic, 'version'], { signal });
    return stdout.split(' ').slice(0, 2).join(' ');
  }

  password(): Promise<string> {
    return passwordOf(this.site, this.description.password);
  }

  /** restic has one environment for both repositories of a copy: the stack file's rules keep the two from differing. */
  private async environment(
    from: Restic | undefined,
  ): Promise<{ env: Record<string, string>; secrets: string[] }> {
    const password = await this.password();
    const own = await this.further();
    const others = await from?.further();
    const fromPassword = await from?.password();
    const env = {
      ...others?.env,
      ...own.env,
      RESTIC_REPOSITORY: this.location.url,
      RESTIC_PASSWORD: password,
      RESTIC_CACHE_DIR: this.options.cacheDirectory,
      // Its signs of life; sixty lines a second otherwise.
      RESTIC_PROGRESS_FPS: '1',
      ...(from && { RESTIC_FROM_REPOSITORY: from.location.url }),
      ...(fromPassword !== undefined && { RESTIC_FROM_PASSWORD: fromPassword }),
    };
    const secrets = [password, ...own.secrets, ...(others?.secrets ?? [])];
    return { env, secrets: fromPassword === undefined ? secrets : [...secrets, fromPassword] };
  }

  /** Of the backend. */
  private async further(): Promise<{ env: Record<string, string>; secrets: string[] }> {
    const env: Record<string, string> = {};
    const secrets: string[] = [];
    for (const [name, value] of Object.entries(this.description.environment)) {
      if ('plain' in value) env[name] = value.plain;
      else secrets.push((env[name] = await this.site.secret(value)));
    }
    return { env, secrets };
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

function isLocked(error: unknown): boolean {
  return error instanceof AdapterError && error.evidence.exitCode === LOCKED;
}
