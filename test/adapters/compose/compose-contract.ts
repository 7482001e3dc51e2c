import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt } from '../../../activities/ports/attempt';
import type { Compose } from '../../../activities/ports/compose';
import type { ServiceContainer } from '../../../activities/ports/service-containers';
import type { Site } from '../../../activities/ports/site';
import { failureOf } from '../../support/failure-of';
import type { Deed } from '../../support/in-memory/simulated-program';
import { until } from '../../support/processes';

/** A service of the Compose file, in its long form. */
export type Service = Readonly<Record<string, unknown>>;

/** A project's folder, and a release's file with the same content. */
export interface ComposeSubject {
  readonly compose: Compose;
  readonly site: Site;
  readonly file: string;
  readonly project: string;
  /** Writes both files: services that run until they are stopped, each changed so far. */
  describe(services: Readonly<Record<string, Service>>): Promise<void>;
  /** Writes `.env`. */
  setVariables(variables: Readonly<Record<string, string>>): Promise<void>;
  /** The project's own, one-off ones too. */
  containers(service: string): Promise<readonly ServiceContainer[]>;
  awaitExit(
    name: string,
  ): Promise<{ readonly exitCode: number; readonly stdout: string } | undefined>;
  command(does: Deed): readonly string[];
  uniqueName(title: string): string;
  /** A port of this host that another process has. */
  readonly takenPort: number;
  remove(): Promise<void>;
}

const attempt: Attempt = {
  signal: new AbortController().signal,
  onProgress: () => undefined,
  owner: 'test',
};

/** What every `Compose` does. Run on the command line and on the in-memory fake, so that the fake cannot drift. */
export function composeContract(create: () => Promise<ComposeSubject>): void {
  let subject: ComposeSubject;
  beforeEach(async () => {
    subject = await create();
    await subject.setVariables({ PASSWORD: 'hunter2-of-now' });
    await subject.describe({ api: SECRETIVE, db: {} });
  });
  afterEach(() => subject.remove());

  const SECRETIVE = { environment: { PASSWORD: '${PASSWORD}' } };
  const on = () => {
    const { site, file } = subject;
    return { site, file, attempt };
  };
  const up = (...services: string[]) => subject.compose.up({ ...on(), services });
  const ids = async (service = 'api') => (await subject.containers(service)).map(({ id }) => id);
  const stateOf = async (service = 'api') =>
    (await subject.containers(service)).map(({ state }) => state);

  it('reads the model without any value of a variable, and the facts with them', async () => {
    const ports = [{ mode: 'ingress', target: 80, published: '${PORT}', protocol: 'tcp' }];
    await subject.setVariables({ PASSWORD: 'hunter2-of-now', PORT: '8080' });
    const needs = { depends_on: { db: { condition: 'service_started' } } };
    await subject.describe({ api: { ...SECRETIVE, ...needs, ports, scale: 2 }, db: {} });
    const model = JSON.stringify(await subject.compose.model(subject.site, attempt));
    expect(model).toContain('${PASSWORD}');
    expect(model).not.toContain('hunter2');
    const facts = await subject.compose.facts(subject.site, attempt);
    expect(JSON.stringify(facts)).not.toContain('hunter2');
    expect(facts).toMatchObject({
      project: subject.project,
      services: [
        { name: 'api', replicas: 2, dependsOn: ['db'], ports: [{ target: 80, published: '8080' }] },
        { name: 'db', replicas: 1, builds: false },
      ],
    });
    expect(await subject.compose.facts(subject.site, attempt, subject.file)).toMatchObject({
      services: [{ name: 'api', replicas: 2 }, { name: 'db' }],
    });
  });

  it('starts what it is told and nothing else, once', async () => {
    await up('api');
    const first = await ids();
    expect(first).toHaveLength(1);
    await up('api');
    expect(await ids()).toEqual(first);
    expect(await ids('db')).toEqual([]);
    const [made] = await subject.containers('api');
    expect(made).toMatchObject({ name: `${subject.project}-api-1`, state: 'running' });
    expect(made?.addresses).toHaveLength(1);
  });

  it('makes anew what is no longer as the file says, and starts again what has stopped', async () => {
    await up('api');
    const first = await ids();
    await subject.compose.stop({ ...on(), services: ['api'], graceSeconds: 1 });
    await subject.compose.stop({ ...on(), services: ['api'], graceSeconds: 1 });
    expect(await stateOf()).toEqual(['exited']);
    await up('api');
    expect([await ids(), await stateOf()]).toEqual([first, ['running']]);
    await subject.describe({ api: { environment: { OTHER: '1' } } });
    await up('api');
    const second = await ids();
    expect(second).toHaveLength(1);
    expect(second).not.toEqual(first);
  });

  it('tells what it would make anew, of a file and of a text, with the variables of now', async () => {
    await up('api', 'db');
    const hashes = async (...services: string[]) => {
      const { site, file } = subject;
      const release = { file };
      return subject.compose.hashes({ site, release, services, attempt });
    };
    const madeOf = async (service: string) => (await subject.containers(service))[0]?.madeOf;
    const [api, db] = [await madeOf('api'), await madeOf('db')];
    expect([...(await hashes('api', 'db'))]).toEqual([
      ['api', api],
      ['db', db],
    ]);
    await subject.setVariables({ PASSWORD: 'another' });
    expect((await hashes('api')).get('api')).not.toBe(api);
    expect((await hashes('db')).get('db')).toBe(db);
    expect((await failureOf(hashes('none'))).kind).toBe('PreconditionFailed');
  });

  it('adds to what is there, and leaves that alone although the file says something else now', async () => {
    const scale = (containers: number, keeps: boolean) =>
      subject.compose.scale({ ...on(), service: 'api', scale: { containers, keeps } });
    await scale(1, false);
    const [first] = await ids();
    await subject.describe({ api: { environment: { OTHER: '1' } } });
    await scale(2, true);
    await scale(2, true);
    expect(await stateOf()).toEqual(['running', 'running']);
    expect(await ids()).toContain(first);
    await scale(1, true);
    expect(await ids()).toHaveLength(1);
  });

  it('runs a command once in one container, however often it is started', async () => {
    await subject.describe({ api: { ...SECRETIVE, restart: 'always' } });
    const name = subject.uniqueName('once');
    const oneOff = {
      ...{ service: 'api', name, labels: { 'pawl.run': 'melvin/1' } },
      command: subject.command({ writes: 'said once', exitCode: 3 }),
    };
    await subject.compose.runDetached({ ...on(), oneOff });
    await subject.compose.runDetached({ ...on(), oneOff });
    expect(await subject.awaitExit(name)).toMatchObject({ exitCode: 3, stdout: 'said once' });
    // It is none of the service's own.
    expect(await ids()).toEqual([]);
  });

  it('starts again what crashes, where the file says so', async () => {
    const dies = subject.command({ afterMilliseconds: 300, exitCode: 1 });
    await subject.describe({ api: { command: dies, restart: 'unless-stopped' } });
    await up('api');
    await until(async () => ((await subject.containers('api'))[0]?.restarts ? true : undefined));
    await subject.compose.stop({ ...on(), services: ['api'] });
    const [stopped] = await subject.containers('api');
    await sleep(600);
    const restarts = stopped?.restarts;
    expect(await subject.containers('api')).toMatchObject([{ state: 'exited', restarts }]);
  });

  it('says that a port is taken, and leaves what it has made', async () => {
    const ports = [
      ...[{ mode: 'ingress', host_ip: '127.0.0.1', target: 80, protocol: 'tcp' }].map((port) => ({
        ...port,
        published: String(subject.takenPort),
      })),
    ];
    await subject.describe({ api: { ports } });
    const failure = await failureOf(up('api'));
    expect(failure.kind).toBe('PreconditionFailed');
    expect(failure.message).toContain('address already in use');
    expect(failure.message).toContain(String(subject.takenPort));
    expect(await stateOf()).toEqual(['created']);
  });

  it('says that a name is taken', async () => {
    const name = subject.uniqueName('taken');
    await subject.describe({ other: { container_name: name } });
    await up('other');
    await subject.describe({ api: { container_name: name } });
    const failure = await failureOf(up('api'));
    expect(failure.kind).toBe('PreconditionFailed');
    expect(failure.message).toContain(name);
    expect(await ids()).toEqual([]);
  });

  it('says that an image is gone', async () => {
    await subject.describe({ api: { image: 'pawl-test/none:1', pull_policy: 'never' } });
    expect((await failureOf(up('api'))).kind).toBe('PreconditionFailed');
  });

  it('says that a variable must be there', async () => {
    await subject.describe({ api: { environment: { NEEDED: '${NOT_THERE:?say which}' } } });
    const failure = await failureOf(subject.compose.facts(subject.site, attempt));
    expect(failure.kind).toBe('PreconditionFailed');
    expect(failure.message).toContain('say which');
  });

  it('recreates what shares with a service that it recreates', async () => {
    const tied = { network_mode: 'service:api' };
    await subject.describe({ api: {}, tied });
    await up('api', 'tied');
    expect((await subject.compose.facts(subject.site, attempt)).services).toMatchObject([
      { name: 'api', sharesWith: [] },
      { name: 'tied', sharesWith: ['api'] },
    ]);
    const before = await ids('tied');
    await subject.describe({ api: { environment: { OTHER: '1' } }, tied });
    await up('api', 'tied');
    expect(await ids('tied')).not.toEqual(before);
    expect(await stateOf('tied')).toEqual(['running']);
  });
}
