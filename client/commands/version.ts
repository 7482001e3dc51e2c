import { ClientError } from '../client-error';
import type { Invocation } from '../command';
import { EXIT_CODES } from '../exit-codes';
import { differing } from '../status/differing-versions';
import { withSession, type Session } from '../temporal/session';
import { listStacks } from '../temporal/stack-list';
import { listWorkers, type HostWorker, type Workers } from '../temporal/workers';
import { pawlPackage } from '../version';

interface Versions {
  readonly client: string;
  readonly workers: readonly HostWorker[];
  /** Of Temporal; absent while it is away. */
  readonly server?: string;
}

/** What is known at once is told also where the server is away: then it exits with that. */
export async function run(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  const { version: client } = pawlPackage();
  let away: ClientError | undefined;
  const asked = await withSession(invocation, ask).catch((error: unknown) => {
    if (!(error instanceof ClientError)) throw error;
    away = error;
    return undefined;
  });
  const versions: Versions = { client, workers: asked?.workers ?? [], ...asked };
  output.json('pawl/version@1', versions);
  output.result(lines(versions).join('\n'));
  for (const fact of differing(client, versions.workers)) output.note(`${fact}.`);
  if (away !== undefined) throw away;
  return EXIT_CODES.done;
}

async function ask(session: Session): Promise<Pick<Versions, 'workers' | 'server'>> {
  const { client, call } = session;
  const [{ hosts }, { serverVersion }] = await Promise.all([
    everyWorker(session),
    call(() => client.workflowService.getSystemInfo({})),
  ]);
  return { workers: hosts, server: serverVersion };
}

/** Those that run no workflows are known by the stacks of their hosts. */
async function everyWorker(session: Session): Promise<Workers> {
  const stacks = await listStacks(session);
  return listWorkers(session, stacks.map(({ host }) => host).filter(Boolean));
}

function lines({ client, workers, server }: Versions): readonly string[] {
  const names = ['this command', ...workers.map(({ host }) => `worker ${host}`), 'Temporal server'];
  const column = Math.max(...names.map((name) => name.length));
  const line = (name: string, text: string): string => `${name.padEnd(column)}  ${text}`;
  return [
    line('this command', `pawl ${client}`),
    ...workers.map(({ host, version = 'before 0.2.0', buildId, stepsOnly }) =>
      line(
        `worker ${host}`,
        `pawl ${version}, ${stepsOnly ? 'no workflows' : `workflows ${buildId}`}`,
      ),
    ),
    line('Temporal server', server ?? 'not reached'),
  ];
}
