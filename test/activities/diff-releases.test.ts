import { diffReleases } from '../../activities/release/diff-releases';
import type { HostPorts } from '../../activities/ports/host-ports';
import type { Release, ReleaseDiff } from '../../workflows/model/release';
import { quietEnvironment, STACK } from './ports-in-memory';

const modelWith = (environment: object) =>
  JSON.stringify({ name: 'melvin', services: { api: { command: ['serve'], environment } } });

function release(number: number, images: Readonly<Record<string, string>>): Release {
  return {
    ...{ number, stack: 'melvin', releasedAt: '2026-11-21T03:00:00.000Z' },
    ...{ run: `melvin/${number}`, runKey: `key-${number}`, requestedBy: 'anna@desk' },
    ...{ pawlVersion: '1.2.3', stackHash: 'ab', modelHash: 'cd' },
    services: Object.entries(images).map(([service, pinned]) => {
      return { service, strategy: 'recreate', image: { reference: service, pinned, id: 'x' } };
    }),
  };
}

/** The models of the releases 1, 2, …, the last of which is current. */
function compare(
  models: readonly string[],
  releases: readonly Release[],
  numbers: { from: number; to?: number },
  current: number | undefined = models.length,
): Promise<ReleaseDiff> {
  const ports = {
    secrets: { redact: (text: string) => text },
    release: {
      releases: {
        list: () => Promise.resolve({ releases, ...(current && { current }) }),
        readModel: (_stack: string, number: number) => Promise.resolve(models[number - 1] ?? ''),
      },
    },
  } as unknown as HostPorts;
  return quietEnvironment(10_000).run(() => diffReleases(ports)({ stack: STACK, ...numbers }));
}

describe('the difference of two releases', () => {
  const releases = [
    release(2, { api: 'registry/api@sha256:bb', web: 'w' }),
    release(1, { api: 'registry/api@sha256:aa', job: 'j' }),
  ];
  const models = [modelWith({ LEVEL: 'info' }), modelWith({ LEVEL: 'debug' })];

  it('has each image that changed, came or went, and each line, against the current one', async () => {
    const difference = await compare(models, releases, { from: 1 });
    expect(difference).toMatchObject({ from: 1, to: 2 });
    const images = difference.images.map(({ service, from, to }) => {
      return [service, from?.pinned, to?.pinned];
    });
    expect(images).toEqual([
      ['api', 'registry/api@sha256:aa', 'registry/api@sha256:bb'],
      ['job', 'j', undefined],
      ['web', undefined, 'w'],
    ]);
    expect(difference.lines).toEqual([
      ...['@@ -3,4 +3,4 @@', '     command:', '       - serve', '     environment:'],
      ...['-      LEVEL: info', '+      LEVEL: debug'],
    ]);
  });

  it('shows no secret that is written in a Compose file, and that it has changed', async () => {
    const secrets = [
      modelWith({ DB_PASSWORD: 'hunter2', LEVEL: 'info', URL: 'redis://:first@cache/0' }),
      modelWith({ DB_PASSWORD: 'hunter3', LEVEL: 'info', URL: 'redis://:second@cache/0' }),
    ];
    const { lines } = await compare(secrets, releases, { from: 1 });
    expect(lines.filter((line) => /^[+-]/.test(line))).toEqual([
      ...['-      DB_PASSWORD: "[redacted]"', '+      DB_PASSWORD: "[redacted, changed]"'],
      ...[
        '-      URL: redis://:[redacted]@cache/0',
        '+      URL: redis://:[redacted, changed]@cache/0',
      ],
    ]);
    expect(lines.join()).not.toMatch(/hunter|first|second/);
  });

  it('is nothing between a release and itself', async () => {
    const difference = await compare(models, releases, { from: 2, to: 2 });
    expect(difference).toEqual({ from: 2, to: 2, images: [], lines: [] });
  });

  it('never outgrows what Temporal takes, nor holds the worker up', async () => {
    const lines = (word: string, length: number) =>
      modelWith(Object.fromEntries(Array.from({ length }, (_, at) => [`V${at}`, `${word} ${at}`])));
    const large = [modelWith({}), lines('x '.repeat(200), 6_000)];
    const difference = await compare(large, releases, { from: 1 });
    expect(JSON.stringify(difference).length).toBeLessThan(2 * 1024 ** 2);
    expect(difference.lines.at(-1)).toMatch(/^@@ and \d+ more lines @@$/);
    const strange = [lines('a', 5_000), lines('b', 5_000)];
    const began = performance.now();
    expect((await compare(strange, releases, { from: 1 })).lines).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('names the releases that there are when one is missing', async () => {
    await expect(compare(models, releases, { from: 7 })).rejects.toMatchObject({
      type: 'PreconditionFailed',
      message: expect.stringContaining('melvin has no release 7') as string,
      details: [{ evidence: expect.objectContaining({ advice: 'Kept are 2, 1.' }) as object }],
    });
  });

  it('wants both numbers while none is current', async () => {
    const refused = { type: 'PreconditionFailed' };
    await expect(compare(models, releases, { from: 1 }, 0)).rejects.toMatchObject(refused);
  });
});
