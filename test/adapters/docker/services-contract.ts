import type { Attempt } from '../../../activities/ports/attempt';
import type { ServiceContainers } from '../../../activities/ports/service-containers';
import type { Site } from '../../../activities/ports/site';
import type { Deed } from '../../support/in-memory/simulated-program';
import { until } from '../../support/processes';

export interface StartOptions {
  readonly project: string;
  readonly service: string;
  readonly number?: number;
  readonly oneOff?: boolean;
  readonly started?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Absent: it runs until it is stopped. */
  readonly does?: Deed;
}

export interface StartedContainer {
  readonly id: string;
  readonly name: string;
  readonly imageId: string;
}

/** An engine, and projects of the test's own on it. */
export interface ServicesSubject {
  readonly engine: ServiceContainers;
  start(options: StartOptions): Promise<StartedContainer>;
  /** A name that nobody else has. */
  uniqueName(title: string): string;
  siteOf(project: string): Site;
  /** Removes what was started. */
  clear(): Promise<void>;
}

/** What every `ServiceContainers` does. Run on Docker and on the in-memory fake, so that the fake cannot drift. */
export function servicesContract(subject: ServicesSubject): void {
  const { engine } = subject;
  let project: string;
  beforeEach(() => {
    project = subject.uniqueName('project');
  });
  afterEach(() => subject.clear());

  const start = (options: Partial<StartOptions> = {}) =>
    subject.start({ project, service: 'api', ...options });
  const containers = (service = 'api') =>
    engine.containers(subject.siteOf(project), project, service);
  const oneOff = (does: Deed, options: Partial<StartOptions> = {}) =>
    start({ ...options, does, oneOff: true });
  const ended = ({ id }: StartedContainer) =>
    until(async () => {
      const found = await containers();
      return found.find((one) => one.id === id)?.state === 'exited' ? true : undefined;
    });

  it('answers', async () => {
    await engine.ping(5);
  });

  it('finds those of this project and service, stopped ones too, by their number', async () => {
    await start({ number: 10 });
    await start({ number: 9, started: false });
    await start({ number: 1, oneOff: true });
    await start({ service: 'api-blue' });
    await start({ project: subject.uniqueName('other'), number: 2 });
    expect((await containers()).map(({ state, addresses }) => [state, addresses.length])).toEqual([
      ['created', 0],
      ['running', 1],
    ]);
    expect(await containers('nope')).toEqual([]);
  });

  it('tells image, labels, exit and restarts', async () => {
    const labels = { 'pawl.release': '7' };
    const made = await start({ labels, does: { exitCode: 3 } });
    await ended(made);
    const [found] = await containers();
    expect(found).toMatchObject({
      ...{ id: made.id, name: made.name, state: 'exited', exitCode: 3, restarts: 0 },
      ...{ imageId: made.imageId, addresses: [] },
    });
    expect(found?.labels).toMatchObject(labels);
    expect(found).not.toHaveProperty('health');
    expect(Math.abs(Date.parse(found?.startedAt ?? '') - Date.now())).toBeLessThan(60_000);
  });

  it('waits for a one-off container; its outputs are told apart, and the heartbeat goes on', async () => {
    const { name } = await oneOff({
      ...{ writes: '8f3a', complains: 'oh', afterMilliseconds: 500, exitCode: 4 },
    });
    let reports = 0;
    const attempt = attemptOf(undefined, () => {
      reports += 1;
    });
    const end = await engine.awaitExit(name, attempt);
    expect(end).toMatchObject({ exitCode: 4, stdout: '8f3a' });
    expect(end?.output.split('\n').sort()).toEqual(['8f3a', 'oh']);
    expect(reports).toBeGreaterThan(2);
  });

  it('finds one that has ended as well, and nothing where it never was', async () => {
    const { name } = await oneOff({ writes: 'done' });
    expect(await engine.awaitExit(name, attemptOf())).toMatchObject({ exitCode: 0 });
    expect(await engine.awaitExit(name, attemptOf())).toMatchObject({ stdout: 'done' });
    expect(await engine.awaitExit(subject.uniqueName('nobody'), attemptOf())).toBeUndefined();
  });

  it('starts one that an attempt has made and not started', async () => {
    const { name } = await oneOff({ writes: 'here' }, { started: false });
    expect(await engine.awaitExit(name, attemptOf())).toMatchObject({ stdout: 'here' });
  });

  it('leaves one alone when the attempt is aborted, with the reason', async () => {
    const made = await start({ does: { afterMilliseconds: 60_000 } });
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const waiting = engine.awaitExit(made.name, attemptOf(controller.signal));
    setTimeout(() => {
      controller.abort(reason);
    }, 200);
    await expect(waiting).rejects.toBe(reason);
    expect((await containers())[0]).toMatchObject({ id: made.id, state: 'running' });
  });

  it('reads the last lines of one, and no word of its environment', async () => {
    const environment = { TOKEN: 'hush-hush' };
    const does = { writes: 'first\nhush-hush is second' };
    const made = await start({ environment, does });
    await ended(made);
    expect(await engine.lastLines(made.id, 1)).toBe('[redacted] is second');
    expect(await engine.log(made.id)).toMatch(/^20\S+Z first\n20\S+Z \[redacted\] is second$/);
    await engine.retire(made.id, attemptOf());
    expect(await engine.lastLines(made.id, 1)).toBe('');
    expect(await engine.log(made.id)).toBeUndefined();
  });

  it('stops one, and removes it, as often as it is told', async () => {
    const { id } = await start();
    await engine.stop(id, attemptOf());
    await engine.stop(id, attemptOf());
    expect(await containers()).toMatchObject([{ id, state: 'exited', addresses: [] }]);
    await engine.retire(id, attemptOf());
    await engine.retire(id, attemptOf());
    await engine.stop(id, attemptOf());
    expect(await containers()).toEqual([]);
  });

  it('kills a one-off container and removes it, as often as it is told', async () => {
    const { name } = await oneOff({ afterMilliseconds: 60_000 });
    await engine.removeOneOff(name);
    await engine.removeOneOff(name);
    expect(await engine.awaitExit(name, attemptOf())).toBeUndefined();
  });

  it('knows no volume that is not there', async () => {
    expect(await engine.hasVolume(subject.uniqueName('none'))).toBe(false);
  });
}

function attemptOf(
  signal = new AbortController().signal,
  onProgress: () => void = () => undefined,
): Attempt {
  return { signal, onProgress, owner: 'pawl:test' };
}
