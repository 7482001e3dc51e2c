import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import type { ServerState } from '../../worker/server/state-file';
import { freeze, queue, stackWorkflowId } from '../../workflows/messages';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';
import { PawlEnvironment } from '../support/pawl-environment';
import { processesWith, until } from '../support/processes';
import { describeWith } from '../support/requirements';
import { ServerProcess } from '../support/server-process';
import { sealedClient } from '../support/sealed';
import { sideBySide } from '../support/side-by-side';

/** A folder of its own for a server, and its state directory in it. */
interface Machine {
  readonly directory: string;
  readonly state: string;
  readonly start: (
    flags?: readonly string[],
    env?: NodeJS.ProcessEnv,
    stateDirectory?: string,
  ) => Promise<ServerProcess>;
}

/** A test on a machine of its own, where nothing runs when it ends. */
const onOwnMachine = (work: (machine: Machine) => Promise<void>) => async (): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'pawl-server-'));
  const state = join(directory, 'state');
  const servers: ServerProcess[] = [];
  const start: Machine['start'] = async (flags, env, stateDirectory = state) => {
    const server = await ServerProcess.start(stateDirectory, flags, env);
    servers.push(server);
    return server;
  };
  try {
    await work({ directory, state, start });
  } finally {
    await Promise.all(servers.map((server) => server.kill('SIGTERM')));
    await until(async () => ((await processesWith(directory)).length === 0 ? true : undefined));
    await rm(directory, { recursive: true, force: true });
  }
};

describeWith(['temporal', 'restic'], 'pawl server', () => {
  sideBySide({
    'runs workflows, and stops without leaving a process, a lock or a state file behind':
      onOwnMachine(async ({ state, start }) => {
        const server = await start();
        const { address } = await server.ready();
        await freezeStack(address, 'melvin');
        expect(await processesWith(state)).toHaveLength(3);

        expect(await server.kill('SIGTERM')).toBe('exit code 0');

        expect(await processesWith(state)).toEqual([]);
        // Temporal leaves its database open when it ends: the log beside it belongs to it, and is read at the next start.
        const database = [
          'temporal.db',
          'temporal.db-shm',
          'temporal.db-wal',
          'temporal.db.version',
        ];
        const ofTemporal = [...database, 'temporal.log', 'temporal.toml'];
        expect((await readdir(state)).sort()).toEqual(['bundles', 'freezes', ...ofTemporal]);
      }),

    'restarts a Temporal server that was killed, which goes on with what it knew': onOwnMachine(
      async ({ start }) => {
        const server = await start();
        const before = await server.ready();
        await freezeStack(before.address, 'melvin');

        process.kill(pidOf(before.temporal), 'SIGKILL');

        const after = await server.ready((now) => now.temporal?.pid !== before.temporal?.pid);
        expect(after.address).toBe(before.address);
        expect(after.worker?.pid).toBe(before.worker?.pid);
        expect(await freezeMessage(after.address, 'melvin')).toBe('no entry');
      },
    ),

    'restarts a worker that was killed': onOwnMachine(async ({ start }) => {
      const server = await start();
      const before = await server.ready();

      process.kill(pidOf(before.worker), 'SIGKILL');

      const after = await server.ready(
        ({ worker }) => worker?.pid !== before.worker?.pid && worker?.health !== undefined,
      );
      expect(after.temporal?.pid).toBe(before.temporal?.pid);
      expect((await fetch(`http://${after.worker?.health ?? ''}/readyz`)).status).toBe(200);
      await freezeStack(after.address, 'melvin');
    }),

    'takes over the state of a server that was killed, and its runs with it': onOwnMachine(
      async ({ state, start }) => {
        const killed = await start();
        await freezeStack((await killed.ready()).address, 'melvin');
        await killed.kill('SIGKILL');

        const { address } = await (await start()).ready((now) => now.pid !== killed.pid);

        expect(await freezeMessage(address, 'melvin')).toBe('no entry');
        expect(await processesWith(state)).toHaveLength(3);
      },
    ),

    'refuses a state directory that another living server uses, and names that one': onOwnMachine(
      async ({ start }) => {
        const first = await start();
        await first.ready();

        const second = await start();

        expect(await second.exit).toBe('exit code 4');
        expect(await second.output()).toContain(`process id ${first.pid}`);
        expect((await first.ready()).pid).toBe(first.pid);
      },
    ),

    'leaves no state directory behind when it cannot start': onOwnMachine(
      async ({ directory, start }) => {
        const env = { ...process.env, PAWL_TEMPORAL: '/bin/false' };
        const server = await start([], env);
        expect(await server.exit).toBe('exit code 1');
        expect(await readdir(directory)).toEqual(['state.log']);
      },
    ),

    'closes its state directory to other users, with all that is in it': onOwnMachine(
      async ({ state, start }) => {
        await mkdir(state, { mode: 0o755 });
        await chmod(state, 0o755);
        const server = await start();
        await server.ready();
        const modes = await Promise.all(
          ['.', ...(await readdir(state, { recursive: true }))].map(async (name) => [
            name,
            await openToOthers(join(state, name)),
          ]),
        );
        expect(modes.filter(([, others]) => others !== 0)).toEqual([]);
        expect(modes.length).toBeGreaterThan(4);
      },
    ),

    "answers no web page that asks Temporal's HTTP port": onOwnMachine(async ({ start }) => {
      const server = await start();
      const { temporal, address } = await server.ready();
      const asked = (await listeningPorts(pidOf(temporal))).filter(
        (port) => !address.endsWith(`:${port}`),
      );
      const answers = await Promise.all(asked.map((port) => postWorkflow(port)));
      expect(answers.length).toBeGreaterThan(0);
      expect(answers.filter((status) => status !== undefined && status < 400)).toEqual([]);
      await expect(
        withClient(address, (client) => client.workflow.getHandle('forged').describe()),
      ).rejects.toThrow(/not found/);
    }),

    'ends well when it is asked to while it is still starting': onOwnMachine(
      async ({ state, start }) => {
        const server = await start();
        await until(async () => ((await processesWith(state)).length > 1 ? true : undefined));
        expect(await server.kill('SIGTERM')).toBe('exit code 0');
        expect(await server.output()).not.toContain('fatal');
      },
    ),

    "refuses a database that another version of Temporal's CLI made": onOwnMachine(
      async ({ state, start }) => {
        const first = await start();
        await first.ready();
        await first.kill('SIGTERM');
        await writeFile(join(state, 'temporal.db.version'), '1.7.0\n');

        const second = await start();

        expect(await second.exit).toBe('exit code 2');
        expect(await second.output()).toContain('was made by Temporal CLI 1.7.0');
      },
    ),

    'ends with the reason, and no stack, when the worker cannot start at all': onOwnMachine(
      async ({ state, start }) => {
        const env = { ...process.env, PAWL_RESTIC: '/bin/false' };
        const server = await start([], env);

        expect(await server.exit).toBe('exit code 1');
        expect(await server.output()).toContain('PAWL_RESTIC: /bin/false does not run');
        expect(await server.output()).not.toContain('"stack"');
        expect(await processesWith(state)).toEqual([]);
      },
    ),
  });

  it.each([
    ['--port', ''],
    ['--health-address', '127.0.0.1:'],
    ['--metrics-address', '127.0.0.1:'],
  ])('names %s in one line when its port is taken, and starts nothing', (flag, before) =>
    onOwnMachine(async ({ state, start }) => {
      const holder = createServer().listen(0, '127.0.0.1');
      await until(() => (holder.listening ? true : undefined));
      const port = String((holder.address() as AddressInfo).port);

      const server = await start([flag, `${before}${port}`]);

      expect(await server.exit).toBe('exit code 2');
      const told = `pawl server: ${flag}: 127.0.0.1:${port} is taken by another process\n`;
      expect(await server.output()).toBe(told);
      expect(await processesWith(state)).toEqual([]);
      holder.close();
    })(),
  );

  it.each([
    ['a file', 'file', 'is not a folder'],
    ['a dangling link', 'dangling', 'is a link to nowhere'],
    ['below a file', 'file/state', 'is not a folder'],
  ])(
    'refuses a state directory that is %s, before any program is looked for',
    (_title, name, problem) =>
      onOwnMachine(async ({ directory, start }) => {
        await writeFile(join(directory, 'file'), '');
        await symlink('nowhere', join(directory, 'dangling'));
        const env = { ...process.env, PAWL_TEMPORAL: '/bin/false', PAWL_RESTIC: '/bin/false' };
        const server = await start(
          ['--state-dir', join(directory, name)],
          env,
          join(directory, 'x'),
        );

        expect(await server.exit).toBe('exit code 2');
        const output = await server.output();
        expect(output).toContain(`pawl server: the state directory cannot be used: `);
        expect(output).toContain(problem);
        expect(output).not.toContain('/bin/false');
        expect((await readdir(directory)).sort()).toEqual(['dangling', 'file', 'x.log']);
      })(),
  );
});

describeWith(['temporal', 'restic'], 'pawl worker', () => {
  let pawl: PawlEnvironment;

  beforeAll(async () => {
    pawl = await PawlEnvironment.start({ withoutWorker: true });
  });

  afterAll(() => pawl.stop());

  it('waits for a Temporal server that is not up yet, and says so', async () => {
    await pawl.killServer9();
    const working = pawl.startWorker();
    await until(async () => ((await log()).includes('waiting for Temporal') ? true : undefined));
    await pawl.startServer();
    await working;
    expect(await readyz()).toMatchObject({ status: 200, body: { ready: true } });
  });

  it('is alive but not ready while Temporal is away, and says when that begins and ends', async () => {
    await pawl.killServer9();
    expect(await readyz()).toMatchObject({ status: 503, body: { ready: false } });
    expect((await fetch(`http://${pawl.health}/healthz`)).status).toBe(200);
    await until(async () =>
      (await log()).includes('Temporal does not answer') ? true : undefined,
    );
    await pawl.startServer();
    await until(async () => ((await log()).includes('Temporal answers again') ? true : undefined));
    expect(await readyz()).toMatchObject({ status: 200 });
  });

  it('goes on after server and worker were killed together', async () => {
    await freezeStack(pawl.temporal.address, 'melvin');
    await Promise.all([pawl.killServer9(), pawl.killWorker9()]);
    await Promise.all([pawl.startServer(), pawl.startWorker()]);
    expect(await freezeMessage(pawl.temporal.address, 'melvin')).toBe('no entry');
  });

  it('ends with exit code 0 when it is asked to', async () => {
    expect(await pawl.stopWorker()).toBe('exit code 0');
  });

  const log = (): Promise<string> => pawl.workerLog();

  async function readyz(): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`http://${pawl.health}/readyz`);
    return { status: response.status, body: await response.json() };
  }
});

/** What others may do with it; nothing with what is gone again: Temporal's journals come and go. */
async function openToOthers(path: string): Promise<number> {
  try {
    return (await lstat(path)).mode & 0o077;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** Makes the stack workflow do something: both pollers must work for it. */
async function freezeStack(address: string, stack: string): Promise<void> {
  await withClient(address, async (client) => {
    const startWorkflowOperation = new WithStartWorkflowOperation('stack', {
      workflowId: stackWorkflowId(stack),
      taskQueue: WORKFLOW_TASK_QUEUE,
      args: [{ stack, host: 'local' }],
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    await client.workflow.executeUpdateWithStart(freeze, {
      args: [{ message: 'no entry', by: 'anna' }],
      startWorkflowOperation,
    });
  });
}

async function freezeMessage(address: string, stack: string): Promise<string | undefined> {
  return withClient(address, async (client) => {
    const state = await client.workflow.getHandle(stackWorkflowId(stack)).query(queue);
    return state.freeze?.message;
  });
}

async function withClient<Result>(
  address: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection, ...sealedClient() }));
  } finally {
    await connection.close();
  }
}

/** As a page in a browser may send it without asking first: the kind of content is a form's. */
async function postWorkflow(port: number): Promise<number | undefined> {
  const url = `http://127.0.0.1:${port}/api/v1/namespaces/default/workflows/forged`;
  const body = JSON.stringify({ workflowType: { name: 'stack' }, taskQueue: { name: 'pawl' } });
  const headers = { 'content-type': 'text/plain', origin: 'https://evil.example' };
  const response = await fetch(url, { method: 'POST', headers, body }).catch(() => undefined);
  return response?.status;
}

/** TCP ports on which a process listens, from /proc. */
async function listeningPorts(pid: number): Promise<number[]> {
  const folder = `/proc/${pid}/fd`;
  const links = await Promise.all(
    (await readdir(folder)).map((fd) => readlink(join(folder, fd)).catch(() => '')),
  );
  const own = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')),
  );
  return tables
    .flatMap((table) => table.trim().split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && own.has(fields[9]))
    .map((fields) => parseInt(fields[1]?.split(':')[1] ?? '', 16));
}

function pidOf(part: ServerState['worker']): number {
  if (part === undefined) throw new Error('server.json names no process');
  return part.pid;
}
