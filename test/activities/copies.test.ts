import { compareCopies } from '../../activities/data/compare-copies';
import { copyPoints, type CopyPointsInput } from '../../activities/data/copy-points';
import { findRecoveryPoint } from '../../activities/data/find-recovery-point';
import { AdapterError } from '../../activities/ports/adapter-error';
import type { CopyOutcome } from '../../workflows/model/copy';
import type { CopyDescription, StackDescription } from '../../workflows/model/stack';
import { attemptOf, labelOf, manifestOf, noReceipt, sourceOf } from '../adapters/restic/fixtures';
import { attempt, portsInMemory, STACK, type MemoryPorts } from './ports-in-memory';

const OFFSITE: CopyDescription = {
  ...STACK.repository,
  ...{ name: 'offsite', url: '/mnt/offsite', initialise: true },
};
const SITE = { stack: 'melvin', directory: '/opt/melvin', secret: () => Promise.resolve('secret') };

function stackWith(...copies: readonly CopyDescription[]): StackDescription {
  return { ...STACK, copies };
}

async function storePoint(ports: MemoryPorts, run: number): Promise<string> {
  const own = ports.openRepository(SITE, STACK.repository);
  await own.initialise(attemptOf());
  const runKey = `key-${run}`;
  const takenAt = `2026-08-0${run}T00:00:00.000Z`;
  const { snapshotId, path } = await own.storeStream({
    source: sourceOf([Buffer.from(`content of ${run}`)]),
    label: labelOf('accounts', { runKey, takenAt }),
    attempt: attemptOf(),
    beforeClose: noReceipt,
  });
  const manifest = manifestOf({ runKey, run: `melvin/${run}`, takenAt });
  const parts = manifest.parts.map((part) => ({ ...part, snapshotId, path }));
  const { id } = await own.storeManifest({ ...manifest, parts }, attemptOf());
  return id;
}

function copy(ports: MemoryPorts, change: Partial<CopyPointsInput> = {}): Promise<CopyOutcome> {
  const input = { stack: stackWith(OFFSITE), copy: 'offsite', ...change };
  return attempt(() => copyPoints(ports)(input));
}

const compare = (ports: MemoryPorts, ...copies: readonly CopyDescription[]) =>
  attempt(() => compareCopies(ports)({ stack: stackWith(...copies), answerSeconds: 5 }));

/** Ports whose way to the copy does `before` ahead of each `restic copy`. */
function withWay(
  ports: MemoryPorts,
  before: (what: string, count: number) => Promise<void>,
): MemoryPorts {
  let count = 0;
  return {
    ...ports,
    openCopyWay: (...of) => {
      const way = ports.openCopyWay(...of);
      return {
        ...way,
        copySnapshots: async (snapshots, attempt) => {
          await before(snapshots.what, (count += 1));
          return way.copySnapshots(snapshots, attempt);
        },
      };
    },
  };
}

describe('copying points', () => {
  it('creates the copy, takes every point there, the newest first, and a second time none', async () => {
    const ports = portsInMemory();
    const [older, newer] = [await storePoint(ports, 1), await storePoint(ports, 2)];
    expect(await copy(ports)).toEqual({ copy: 'offsite', copied: [newer, older], skipped: [] });
    expect(await copy(ports)).toEqual({ copy: 'offsite', copied: [], skipped: [] });
    expect(await compare(ports, OFFSITE)).toEqual({
      copies: [{ name: 'offsite', held: ['key-2', 'key-1'], lacking: [] }],
    });
  });

  it('takes the manifest last: a copy that broke off holds no half point', async () => {
    const ports = portsInMemory();
    const id = await storePoint(ports, 1);
    const cut = withWay(ports, (_what, count) =>
      count === 2
        ? Promise.reject(new AdapterError('ServiceUnavailable', 'the line was cut'))
        : Promise.resolve(),
    );
    await expect(copy(cut)).rejects.toMatchObject({ type: 'ServiceUnavailable' });
    const { copies } = await compare(ports, OFFSITE);
    expect(copies).toEqual([
      { name: 'offsite', held: [], lacking: [{ id, takenAt: '2026-08-01T00:00:00.000Z' }] },
    ]);
    expect(await copy(ports)).toMatchObject({ copied: [id] });
  });

  it('passes over a point that cannot be read, says why, and takes the others', async () => {
    const ports = portsInMemory();
    const [older, newer] = [await storePoint(ports, 1), await storePoint(ports, 2)];
    const damaged = withWay(ports, (what) =>
      what.includes(newer)
        ? Promise.reject(new AdapterError('VerificationFailed', 'a pack is damaged'))
        : Promise.resolve(),
    );
    expect(await copy(damaged)).toEqual({
      ...{ copy: 'offsite', copied: [older] },
      skipped: [{ id: newer, reason: 'a pack is damaged' }],
    });
  });

  it('does not call copied what the copy does not hold afterwards', async () => {
    const ports = portsInMemory();
    const id = await storePoint(ports, 1);
    const lying: MemoryPorts = {
      ...ports,
      openCopyWay: (...of) => ({
        ...ports.openCopyWay(...of),
        copySnapshots: () => Promise.resolve(),
      }),
    };
    await expect(copy(lying)).rejects.toMatchObject({
      type: 'VerificationFailed',
      message: expect.stringContaining(id) as string,
    });
  });

  it('creates nothing unasked, and nothing at all where there was a copy before', async () => {
    const ports = portsInMemory();
    await storePoint(ports, 1);
    const unwilling = stackWith({ ...OFFSITE, initialise: false });
    await expect(copy(ports, { stack: unwilling })).rejects.toMatchObject({
      type: 'PreconditionFailed',
      details: [
        { evidence: { advice: expect.stringContaining('copies.offsite.initialise') as string } },
      ],
    });
    await ports.knownCopies.learn('melvin', OFFSITE, 'an-id');
    await expect(copy(ports)).rejects.toMatchObject({
      type: 'ServiceUnavailable',
      message: expect.stringContaining('no longer at /mnt/offsite') as string,
    });
  });

  it('fills no other repository than before until it is told to, and then either of them', async () => {
    const ports = portsInMemory();
    await storePoint(ports, 1);
    await ports.openRepository(SITE, OFFSITE).initialise(attemptOf());
    await ports.knownCopies.learn('melvin', OFFSITE, 'the-disk-of-monday');
    await expect(copy(ports)).rejects.toMatchObject({
      type: 'PreconditionFailed',
      message: expect.stringContaining('another repository') as string,
      details: [{ evidence: { advice: expect.stringContaining('--accept-another') as string } }],
    });
    expect((await compare(ports, OFFSITE)).copies[0]?.lacking).toHaveLength(1);
    expect((await copy(ports, { acceptAnother: true })).copied).toHaveLength(1);
    await storePoint(ports, 2);
    expect((await copy(ports)).copied).toHaveLength(1);
    expect(await ports.knownCopies.idsOf('melvin', OFFSITE)).toContain('the-disk-of-monday');
  });

  it('names the keys of the copy in what the copy complains of, and of the repository in what that does', async () => {
    const advice = 'Check `repository.password` in the stack file.';
    const complaining = (url: string): MemoryPorts => {
      const ports = portsInMemory();
      const rejected = new AdapterError('CredentialsRejected', 'wrong', { advice });
      return {
        ...ports,
        openRepository: (site, description) => {
          const repository = ports.openRepository(site, description);
          return description.url === url
            ? Object.assign(repository, { probe: () => Promise.reject(rejected) })
            : repository;
        },
      };
    };
    const told = (key: string) => ({
      details: [{ evidence: { advice: `Check \`${key}.password\` in the stack file.` } }],
    });
    await expect(copy(complaining(OFFSITE.url))).rejects.toMatchObject(told('copies.offsite'));
    const own = complaining(STACK.repository.url);
    await expect(copy(own)).rejects.toMatchObject(told('repository'));
  });

  it('is refused where the copy is the repository itself, by another address', async () => {
    const ports = portsInMemory();
    await storePoint(ports, 1);
    const same = { ...OFFSITE, url: STACK.repository.url };
    await expect(copy(ports, { stack: stackWith(same) })).rejects.toMatchObject({
      message: expect.stringContaining("is the stack's own repository") as string,
    });
  });
});

describe('a look at the copies', () => {
  it('says of each what it lacks, and of one that is away why, which hides nothing of the others', async () => {
    const ports = portsInMemory();
    const id = await storePoint(ports, 1);
    const nowhere = { ...OFFSITE, name: 'usb', url: '/mnt/usb' };
    await ports.openRepository(SITE, OFFSITE).initialise(attemptOf());
    const { copies } = await compare(ports, nowhere, OFFSITE);
    expect(copies).toEqual([
      { name: 'usb', away: 'no repository /mnt/usb', held: [], lacking: [] },
      { name: 'offsite', held: [], lacking: [{ id, takenAt: '2026-08-01T00:00:00.000Z' }] },
    ]);
  });

  it('waits for a silent one no longer than it is told', async () => {
    const ports = portsInMemory();
    await storePoint(ports, 1);
    const silent: MemoryPorts = {
      ...ports,
      openRepository: (site, description) => ({
        ...ports.openRepository(site, description),
        look: (...of) =>
          description.url === OFFSITE.url
            ? new Promise(() => undefined)
            : ports.openRepository(site, description).look(...of),
      }),
    };
    const input = { stack: stackWith(OFFSITE), answerSeconds: 0.1 };
    expect(await attempt(() => compareCopies(silent)(input))).toEqual({
      copies: [{ name: 'offsite', away: 'no answer within 0.1 s', held: [], lacking: [] }],
    });
  });
});

describe('reading from a copy', () => {
  it('finds a point there once the own repository is gone, and refuses a copy that there is not', async () => {
    const ports = portsInMemory();
    await storePoint(ports, 1);
    await copy(ports);
    const lost = { ...STACK.repository, url: '/lost' };
    const stack = { ...stackWith(OFFSITE), repository: lost };
    const wanted = { point: { newest: true }, only: [] } as const;
    const found = (readFrom: string) =>
      attempt(() => findRecoveryPoint(ports)({ stack: { ...stack, readFrom }, wanted }));
    expect((await found('offsite')).point.run).toBe('melvin/1');
    await expect(found('usb')).rejects.toMatchObject({
      message: expect.stringContaining('no copy called usb') as string,
    });
  });
});
