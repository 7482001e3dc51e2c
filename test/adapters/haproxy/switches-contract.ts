import type { SwitchKey, Switches } from '../../../activities/ports/switches';
import type { Slot } from '../../../workflows/model/deployment';
import type { SwitchCounters, Traffic } from '../../../workflows/model/traffic';
import { failureOf } from '../../support/failure-of';
import { until } from '../../support/processes';
import { attempt, saying, SETTINGS } from './switch-bench';

/** A container of a slot. */
export interface SlotContainer {
  readonly address: string;
  stop(): Promise<void>;
}

/** A place with nothing in it at first: no switch, no slots. */
export interface SwitchSubject {
  readonly switches: Switches;
  readonly key: SwitchKey;
  startSwitch(): Promise<void>;
  /** Kills it, and starts it again. */
  restartSwitch(): Promise<void>;
  /** Version 1 is blue, version 2 is green. */
  startSlot(slot: Slot): Promise<SlotContainer>;
  /** Answers of the switch to requests one after the other, by version, or `status 503`. */
  ask(times: number): Promise<Readonly<Record<string, number>>>;
  remove(): Promise<void>;
}

const ALL_BLUE: Traffic = { blue: { weight: 100 }, green: { weight: 0 } };
const ALL_GREEN: Traffic = { blue: { weight: 0 }, green: { weight: 100 } };

/** What every `Switches` does. Run on HAProxy and on the in-memory fake, so that the fake cannot drift. */
export function switchesContract(create: () => Promise<SwitchSubject>): void {
  let subject: SwitchSubject;
  let blue: SlotContainer;

  // In the order of a life: each begins with what the one before it has left.
  beforeAll(async () => {
    subject = await create();
  });
  afterAll(() => subject.remove());

  const steer = async (traffic: Traffic): Promise<void> => {
    const { switches, key } = subject;
    await switches.write(key, SETTINGS, traffic);
    await switches.apply(key, attempt);
  };

  const counters = (): Promise<SwitchCounters> => subject.switches.counters(subject.key, attempt);

  const up = (wanted: Readonly<Record<Slot, number>>): Promise<SwitchCounters> =>
    until(async () => {
      const now = await counters().catch(() => undefined);
      return now?.blue.up === wanted.blue && now.green.up === wanted.green ? now : undefined;
    });

  it('has no file at first, and cannot be maintained then', async () => {
    const { switches, key } = subject;
    expect(await switches.desired(key)).toBeUndefined();
    const failure = await failureOf(switches.maintain(key, saying('soon')));
    expect(failure.kind).toBe('PreconditionFailed');
  });

  it('keeps in its file what is desired, and is not there until it is started', async () => {
    const { switches, key } = subject;
    await switches.write(key, SETTINGS, ALL_BLUE);
    expect(await switches.desired(key)).toEqual({ settings: SETTINGS, traffic: ALL_BLUE });
    expect((await failureOf(switches.apply(key, attempt))).kind).toBe('ServiceUnavailable');
    expect((await failureOf(counters())).kind).toBe('ServiceUnavailable');
    await switches.pauseChecks(key, 'blue', attempt);
    await switches.resumeChecks(key, 'blue', attempt);
  });

  it('finds the containers of its slots, and begins with what its file says', async () => {
    await subject.startSwitch();
    blue = await subject.startSlot('blue');
    await subject.startSlot('green');
    const now = await up({ blue: 1, green: 1 });
    expect(now.blue).toMatchObject({ weight: 100, servers: [{ address: blue.address, up: true }] });
    expect(now.green).toMatchObject({ weight: 0, servers: [{ up: true, down: false }] });
    expect(await subject.ask(20)).toEqual({ 1: 20 });
  });

  it.each([
    [90, 10],
    [50, 50],
    [1, 99],
  ])('gives the slots %i and %i per cent, and counts the answers', async (first, second) => {
    await steer({ blue: { weight: first }, green: { weight: second } });
    const { blue: before } = await counters();
    const seen = await subject.ask(400);
    expect(Math.abs((seen['1'] ?? 0) / 4 - first)).toBeLessThan(3);
    expect(Math.abs((seen['2'] ?? 0) / 4 - second)).toBeLessThan(3);
    const { blue: after } = await counters();
    expect(Math.abs(after.responses - before.responses - (seen['1'] ?? 0))).toBeLessThanOrEqual(1);
    expect(after).toMatchObject({ weight: first, errors: before.errors });
  });

  it('sends nothing new to a slot that drains, which is up still, or is off', async () => {
    await steer({ blue: 'drain', green: { weight: 100 } });
    expect(await subject.ask(20)).toEqual({ 2: 20 });
    expect((await counters()).blue).toMatchObject({ weight: 0, up: 1 });
    await steer({ blue: 'off', green: { weight: 100 } });
    expect(await subject.ask(20)).toEqual({ 2: 20 });
    expect((await counters()).blue).toMatchObject({ weight: 0, up: 0 });
  });

  it('leaves a slot unchecked for a while that gets no requests, and no other', async () => {
    const { switches, key } = subject;
    await steer({ blue: { weight: 100 }, green: 'drain' });
    await up({ blue: 1, green: 1 });
    for (const slot of ['blue', 'green'] as const) await switches.pauseChecks(key, slot, attempt);
    await up({ blue: 1, green: 0 });
    for (const slot of ['blue', 'green'] as const) await switches.resumeChecks(key, slot, attempt);
    const { blue, green } = await counters();
    expect([blue.up, green.weight]).toEqual([1, 0]);
    await up({ blue: 1, green: 1 });
    expect(await subject.ask(10)).toEqual({ 1: 10 });
  });

  it('sends requests to the servers that are chosen alone', async () => {
    await steer({ blue: { weight: 50, addresses: [blue.address] }, green: 'off' });
    await up({ blue: 1, green: 0 });
    expect(await subject.ask(10)).toEqual({ 1: 10 });
    await steer({ blue: { weight: 50, addresses: ['10.255.255.1'] }, green: { weight: 50 } });
    await up({ blue: 1, green: 1 });
    expect(await subject.ask(10)).toEqual({ 2: 10 });
  });

  it('answers with the page of a maintenance until that is ended, whatever is written meanwhile', async () => {
    const { switches, key } = subject;
    await steer(ALL_BLUE);
    await up({ blue: 1, green: 1 });
    await switches.maintain(key, saying('soon'));
    await switches.apply(key, attempt);
    expect(await subject.ask(5)).toEqual({ 'status 503': 5 });
    await steer(ALL_GREEN);
    expect(await subject.ask(5)).toEqual({ 'status 503': 5 });
    expect(await switches.desired(key)).toMatchObject({ maintenance: saying('soon') });
    await switches.maintain(key, undefined);
    await switches.apply(key, attempt);
    expect(await subject.ask(5)).toEqual({ 2: 5 });
  });

  it('begins with the shares of its file after it was killed, and counts anew', async () => {
    await steer({ blue: { weight: 30 }, green: { weight: 70 } });
    await subject.ask(20);
    await subject.restartSwitch();
    const now = await up({ blue: 1, green: 1 });
    expect([now.blue.weight, now.green.weight]).toEqual([30, 70]);
    expect(now.blue.responses).toBeLessThan(6);
  });

  it('sends nothing to a container that has stopped, which is no server any more', async () => {
    await blue.stop();
    await up({ blue: 0, green: 1 });
    expect(await subject.ask(10)).toEqual({ 2: 10 });
    await until(async () => {
      const { servers } = (await counters()).blue;
      return servers.every(({ down }) => down) ? true : undefined;
    });
  });

  it('is forgotten with its file', async () => {
    const { switches, key } = subject;
    await switches.remove(key);
    await switches.remove(key);
    expect(await switches.desired(key)).toBeUndefined();
  });
}
