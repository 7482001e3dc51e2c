import { untilDone, untilSeen } from '../../activities/ports/until-seen';

const LOOKING = { everyMilliseconds: 1, withinMilliseconds: 30 };
/** A busy machine may take its time for a few looks. */
const PATIENT = { ...LOOKING, withinMilliseconds: 30_000 };

function counted(): { readonly look: () => Promise<number>; readonly looks: () => number } {
  let looks = 0;
  return { look: () => Promise.resolve((looks += 1)), looks: () => looks };
}

describe('looking until it is so', () => {
  it('ends with the look that sees it', async () => {
    expect(await untilSeen(counted().look, (seen) => seen === 3, PATIENT)).toBe(3);
  });

  it('ends with the last look when the time is over', async () => {
    const { look, looks } = counted();
    expect(await untilSeen(look, () => false, LOOKING)).toBe(looks());
    expect(looks()).toBeGreaterThan(1);
  });

  it('looks once where there is no time', async () => {
    const { look, looks } = counted();
    await untilSeen(look, () => false, { ...LOOKING, withinMilliseconds: -1 });
    expect(looks()).toBe(1);
  });

  it('waits longer and longer, up to a bound', async () => {
    const at: number[] = [];
    const look = () => Promise.resolve(at.push(performance.now()));
    const looking = { everyMilliseconds: 10, atMostEveryMilliseconds: 40 };
    await untilSeen(look, (looks) => looks === 6, looking);
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    // Timers may be a millisecond early, and any time late.
    expect(pauses.every((pause, index) => pause > ([10, 20, 40][index] ?? 40) - 2)).toBe(true);
  });

  it('ends at once with the reason of the signal', async () => {
    const signal = AbortSignal.timeout(10);
    const looking = { everyMilliseconds: 60_000, signal };
    await expect(untilSeen(counted().look, () => false, looking)).rejects.toThrow(/abort/i);
  });
});

describe('trying until it is done', () => {
  const failing = (times: number) => {
    let tries = 0;
    return () => {
      tries += 1;
      return tries > times ? Promise.resolve(tries) : Promise.reject(new Error(`try ${tries}`));
    };
  };

  it('tries again what may pass', async () => {
    expect(await untilDone(failing(2), () => true, PATIENT)).toBe(3);
  });

  it('throws at once what does not pass', async () => {
    await expect(untilDone(failing(9), () => false, LOOKING)).rejects.toThrow('try 1');
  });

  it('throws what it threw last when the time is over', async () => {
    const last = untilDone(failing(9), () => true, { ...LOOKING, withinMilliseconds: -1 });
    await expect(last).rejects.toThrow('try 1');
  });
});
