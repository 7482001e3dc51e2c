import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import type { Snapshot } from '../../activities/adapters/restic/snapshot';
import type { DrillOutcome } from '../../workflows/model/drill';
import type { BackupOutcome, RestoreOutcome } from '../../workflows/model/outcome';
import { createQuickRepository } from './quick-repository';
import { repositoryLocks } from './repository-locks';
import { resticProgram } from './restic-repository';
import { runProcess, type ProcessOptions, type ProcessResult } from './run-process';
import * as content from './stack-content';
import type { StackServers } from './stack-servers';

const REPOSITORY_PASSWORD = 'correct horse';

/** What a stack needs of the pawl that serves it. */
export interface Installation {
  /** Holds the folders of its stacks; the home of the programs that its workers start. */
  readonly directory: string;
  readonly stateDirectory: string;
  /** `limits.heartbeat` of its stacks. */
  readonly heartbeat?: string | undefined;
  /** Processes that are pawl itself, and not what it has started. */
  readonly pids: readonly number[];
  cli(args: readonly string[], options?: Partial<ProcessOptions>): Promise<ProcessResult>;
}

/** Parts of a test stack, in the order of its stack file. */
export const PARTS = ['accounts', 'documents', 'uploads'] as const;

/** To be added to the environment of the worker: the secrets that the stack files of `createStack` name. */
export function stackSecrets({ postgres }: StackServers): Record<string, string> {
  return { STACK_DATABASE_PASSWORD: postgres.password, STACK_REPOSITORY: REPOSITORY_PASSWORD };
}

/** A run that was followed to its end with `--json`. */
export interface FollowedRun {
  readonly code: number | null;
  readonly run: string;
  readonly outcome: BackupOutcome | RestoreOutcome | DrillOutcome | undefined;
  /** All that was printed, for a message. */
  readonly printed: string;
}

/** A small real stack with content of every kind, driven by the CLI from its own folder. */
export class StackFixture {
  private constructor(
    private readonly pawl: Installation,
    readonly servers: StackServers,
    readonly name: string,
  ) {}

  static async create(
    pawl: Installation,
    servers: StackServers,
    name: string,
    { withoutRepository = false } = {},
  ): Promise<StackFixture> {
    const stack = new StackFixture(pawl, servers, name);
    await mkdir(stack.directory);
    if (!withoutRepository) await createQuickRepository(stack.repository, REPOSITORY_PASSWORD);
    await servers.postgres.query(`create database ${name}`);
    await Promise.all([
      stack.onDatabase(content.fillDatabase),
      content.fillFolder(stack.uploads),
      content.fillMongodb(servers.ferretdb.url, name),
      stack.write(),
    ]);
    return stack;
  }

  /** Holds the stack file, the repository and the files. */
  get directory(): string {
    return join(this.pawl.directory, this.name);
  }

  get uploads(): string {
    return join(this.directory, 'uploads');
  }

  /** Writes `pawl.yaml`, with other values where they are given. */
  async write({
    uploads = './uploads',
    documents = this.name,
    heartbeat = this.pawl.heartbeat ?? '2s',
    exclude = [] as readonly string[],
    further = [] as readonly string[],
  } = {}): Promise<void> {
    const { postgres, ferretdb } = this.servers;
    const lines = [
      `stack: ${this.name}`,
      'repository: {url: ./repository, password: {env: STACK_REPOSITORY}}',
      'protect:',
      `  accounts: {engine: postgres, address: {host: ${postgres.host}, port: ${postgres.port}},`,
      `    database: ${this.name}, user: ${postgres.user}, password: {env: STACK_DATABASE_PASSWORD}}`,
      `  documents: {engine: mongodb, address: {host: ${ferretdb.host}, port: ${ferretdb.port}}, database: ${documents}}`,
      `  uploads: {engine: files, path: ${uploads}, exclude: ${JSON.stringify(exclude)}}`,
      `limits: {heartbeat: ${heartbeat}}`,
      ...further,
    ];
    await writeFile(join(this.directory, 'pawl.yaml'), `${lines.join('\n')}\n`);
  }

  /** Runs `pawl …` in the stack's folder. */
  cli(args: readonly string[], options: Partial<ProcessOptions> = {}): Promise<ProcessResult> {
    return this.pawl.cli(args, { cwd: this.directory, timeoutSeconds: 100, ...options });
  }

  /** Runs `pawl …` and expects it to be done; answers with what `--json` printed last. */
  async ask<Answer>(...args: readonly string[]): Promise<Answer> {
    const { code, stdout, stderr } = await this.cli([...args, '--json']);
    if (code !== 0) throw new Error(`pawl ${args.join(' ')} exited with ${code}: ${stderr}`);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Answer;
  }

  /** Submits a run, and returns its id. */
  async submit(...args: readonly string[]): Promise<string> {
    return (await this.ask<{ run: string }>(...args, '--detach')).run;
  }

  /** Starts a run, or watches one, to its end. */
  async follow(...args: readonly string[]): Promise<FollowedRun> {
    const { code, stdout, stderr } = await this.cli([...args, '--json']);
    const events = stdout.split('\n').filter((line) => line.startsWith('{'));
    const last = JSON.parse(events.at(-1) ?? '{}') as Partial<FollowedRun>;
    return { code, run: last.run ?? '', outcome: last.outcome, printed: stdout + stderr };
  }

  async digest(): Promise<content.Digests> {
    const { url } = this.servers.ferretdb;
    const [tables, collections, files] = await Promise.all([
      this.onDatabase(content.digestDatabase),
      content.digestMongodb(url, this.name),
      content.digestFolder(this.uploads),
    ]);
    return { ...tables, ...collections, files };
  }

  /** Loses much of the content and changes some of it. */
  async ruin(): Promise<void> {
    const { url } = this.servers.ferretdb;
    await this.onDatabase((client) => content.ruin(client, this.uploads, url, this.name));
  }

  /** Every snapshot, as restic itself lists them. */
  async snapshots(): Promise<readonly Snapshot[]> {
    if (!existsSync(this.repository)) return [];
    const env = {
      ...process.env,
      RESTIC_REPOSITORY: this.repository,
      RESTIC_PASSWORD: REPOSITORY_PASSWORD,
    };
    const argv = [resticProgram(), 'snapshots', '--json', '--no-lock', '--no-cache'];
    return JSON.parse((await runProcess(argv, { env })).stdout) as Snapshot[];
  }

  /** restic's own check of everything, without a look at locks. */
  async checkAllData(): Promise<void> {
    const env = {
      ...process.env,
      RESTIC_REPOSITORY: this.repository,
      RESTIC_PASSWORD: REPOSITORY_PASSWORD,
    };
    const argv = [resticProgram(), 'check', '--read-data', '--no-lock', '--no-cache'];
    const { code, stdout, stderr } = await runProcess(argv, { env });
    if (code !== 0) throw new Error(`${stdout}${stderr}`);
  }

  locks(): Promise<readonly string[]> {
    return repositoryLocks(this.repository);
  }

  private get repository(): string {
    return join(this.directory, 'repository');
  }

  async onDatabase<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
    const client = await this.servers.postgres.connect(this.name);
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}
