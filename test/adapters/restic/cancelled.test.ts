import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { createResticRepositories } from '../../../activities/adapters/restic/create-restic-repositories';
import type { Attempt } from '../../../activities/ports/attempt';
import type { Repository, StreamReceipt } from '../../../activities/ports/repository';
import { isAlive, until } from '../../support/processes';
import { describeWith } from '../../support/requirements';
import { createResticRepository } from '../../support/restic-repository';
import { attemptOf, labelOf, manifestOf } from './fixtures';

type Call = (repository: Repository, attempt: Attempt) => Promise<unknown>;

const RECEIPT: StreamReceipt = {
  ...{ uploadId: 'u-1', sha256: '00', bytes: 1 },
  facts: { format: 'tar', sourceVersion: 't', contents: [], consistency: 'snapshot', notes: [] },
};

const probe: Call = (repository, attempt) => repository.probe(attempt);
const initialise: Call = (repository, attempt) => repository.initialise(attempt);
const list: Call = (repository, attempt) => repository.look('melvin', attempt);
const observe: Call = (repository, attempt) => repository.observe('melvin', attempt);
const find: Call = (repository, attempt) => repository.findStream(labelOf(), RECEIPT, attempt);
const findManifest: Call = (repository, attempt) => repository.findManifest(manifestOf(), attempt);
const storeManifest: Call = (repository, attempt) =>
  repository.storeManifest(manifestOf(), attempt);

/** Begins a call that will be cancelled. */
function begin(call: Call, repository: Repository) {
  const controller = new AbortController();
  const attempt = attemptOf({ signal: controller.signal });
  const end = call(repository, attempt).catch((error: unknown) => error);
  return {
    cancel: async (): Promise<void> => {
      const reason = new Error('cancelled by ops');
      controller.abort(reason);
      expect(await end).toBe(reason);
    },
  };
}

describe('a call to the repository that is cancelled', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pawl-cancelled-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** A stand-in for restic on a repository that is absent and locked; one of its commands never ends. */
  async function hangingAt(command: string): Promise<Repository> {
    const restic = join(folder, 'restic');
    const script = `#!/bin/sh
case "$1" in
${command}) echo $$ > '${folder}/pid.new'; mv '${folder}/pid.new' '${folder}/pid'; exec sleep 600 ;;
version) echo 'restic 0.19.1 compiled' ;;
cat) exit 10 ;;
unlock) exit 0 ;;
*) exit 11 ;;
esac
`;
    await writeFile(restic, script, { mode: 0o755 });
    const open = createResticRepositories({ restic, runner: hostRunner, cacheDirectory: folder });
    const secret = (): Promise<string> => Promise.resolve('x');
    const url = `rest:http://127.0.0.1:1/${folder}`;
    return open(
      { stack: 'melvin', directory: folder, secret },
      { url, password: { env: 'X' }, initialise: true, environment: {} },
    );
  }

  const hangingProcess = (): Promise<number> =>
    until(async () => {
      const pid = await readFile(join(folder, 'pid'), 'utf8').catch(() => undefined);
      return pid === undefined ? undefined : Number(pid);
    });

  test.each([
    ['looks which restic it is', 'version', probe],
    ['opens the repository', 'cat', probe],
    ['creates the repository', 'init', initialise],
    ['lists recovery points', 'snapshots', list],
    ['looks at the repository before a run', 'snapshots', observe],
    ['looks for a stream', 'snapshots', find],
    ['looks for an earlier manifest', 'snapshots', findManifest],
    ['stores the manifest', 'backup', storeManifest],
    ['removes stale locks', 'unlock', list],
    ['looks who holds a lock', 'list', list],
  ])('ends the restic that %s', async (_what, command, call) => {
    const { cancel } = begin(call, await hangingAt(command));
    const pid = await hangingProcess();
    await cancel();
    expect(await isAlive(pid)).toBe(false);
  });

  test('does not wait for another one that creates the repository, and does not end it', async () => {
    const repository = await hangingAt('init');
    const first = begin(initialise, repository);
    const pid = await hangingProcess();
    const second = begin(initialise, repository);
    await second.cancel();
    expect(await isAlive(pid)).toBe(true);
    await first.cancel();
    expect(await isAlive(pid)).toBe(false);
  });
});

describeWith(['restic'], 'a backend that takes connections and never answers', () => {
  let server: Server;
  const sockets = new Set<Socket>();
  beforeEach(async () => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.resume();
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test.each([
    ['probe', probe],
    ['list', list],
    ['search', find],
  ])('keeps no %s from being cancelled at once', async (_what, call) => {
    const subject = await createResticRepository();
    const { port } = server.address() as AddressInfo;
    const { cancel } = begin(call, subject.open({ url: `rest:http://127.0.0.1:${port}/` }));
    await until(() => (sockets.size > 0 ? true : undefined));
    const cancelledAt = performance.now();
    await cancel();
    // SIGTERM was enough: SIGKILL comes after 5 s.
    expect(performance.now() - cancelledAt).toBeLessThan(4000);
    await until(() => (sockets.size === 0 ? true : undefined));
    await subject.remove();
  });
});
