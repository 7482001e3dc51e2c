import { join } from 'node:path';
import { hostRunner } from '../../../activities/adapters/process/run-command';
import { createResticProofs } from '../../../activities/adapters/restic/proofs';
import type { Proofs } from '../../../activities/ports/proofs';
import type { Proof, ProofSummary } from '../../../workflows/model/proof';
import { createInMemoryProofs } from '../../support/in-memory/proofs';
import { describeWith } from '../../support/requirements';
import {
  createResticRepository,
  resticProgram,
  type ResticRepository,
} from '../../support/restic-repository';
import { attemptOf, manifestOf } from './fixtures';

const SUMMARY: ProofSummary = {
  ...{ runKey: 'key, "1"', pointId: 'aaaa1111', drill: 'melvin/2', drillKey: 'key-2' },
  ...{ provedAt: '2026-12-01T05:00:00.250Z', ok: false, whole: true, gates: ['fetch', 'restore'] },
  ...{ failed: 'content of a,b', bytes: 12, recoverySeconds: 1.25 },
};

function proofOf(change: Partial<Proof> = {}): Proof {
  return {
    ...SUMMARY,
    ...{ schema: 'pawl/proof@1', stack: 'melvin', host: 'local', requestedBy: 'anna' },
    ...{ pawlVersion: '0.1.0', takenAt: '2026-12-01T03:00:00.000Z', parts: [], results: [] },
    ...change,
  };
}

/** What every `Proofs` keeps to. */
function proofsContract(open: () => Proofs): void {
  it('lists what was stored, newest first, and nothing of another stack', async () => {
    const proofs = open();
    const later = { drillKey: 'key-3', provedAt: '2026-12-01T06:00:00.000Z' };
    await proofs.store(proofOf(), attemptOf());
    await proofs.store(proofOf(later), attemptOf());
    await proofs.store(proofOf({ stack: 'other', drillKey: 'key-4' }), attemptOf());
    const listed = await proofs.list('melvin', attemptOf());
    expect(listed).toMatchObject([{ ...SUMMARY, ...later }, SUMMARY]);
  });

  it('stores one proof of a drill, however often it is told', async () => {
    const proofs = open();
    await proofs.store(proofOf(), attemptOf());
    await proofs.store(proofOf(), attemptOf());
    expect(await proofs.list('melvin', attemptOf())).toHaveLength(1);
  });
}

describe('the in-memory proofs', () => {
  proofsContract(() => createInMemoryProofs().open({} as never, {} as never));
});

describeWith(['restic'], 'proofs in a restic repository', () => {
  let subject: ResticRepository;
  beforeEach(async () => {
    subject = await createResticRepository();
    await subject.prepare();
  });
  afterEach(() => subject.remove());

  const open = () =>
    createResticProofs({
      ...{ restic: resticProgram(), runner: hostRunner },
      cacheDirectory: join(subject.directory, 'cache'),
    })(
      {
        ...{ stack: 'melvin', directory: subject.directory },
        secret: () => Promise.resolve('correct horse'),
      },
      subject.description,
    );

  proofsContract(open);

  it('are a file that can be read without pawl, and hide no recovery point', async () => {
    const point = await subject.open().storeManifest(manifestOf(), attemptOf());
    await open().store(proofOf(), attemptOf());
    const snapshots = await subject.snapshots();
    const proof = snapshots.find(({ tags = [] }) => tags.includes('pawl-proof'));
    expect(JSON.parse(await subject.restic('dump', proof?.id ?? '', '/proof.json'))).toEqual(
      proofOf(),
    );
    const { found } = await subject.open().look('melvin', attemptOf());
    expect(found.points).toMatchObject([{ id: point.id }]);
  });

  it('passes over what others have marked as a proof', async () => {
    const argv = [resticProgram(), 'backup', '--stdin', '--tag', 'pawl-proof,stack:melvin'];
    const env = {
      RESTIC_REPOSITORY: subject.folder,
      RESTIC_PASSWORD: 'correct horse',
      RESTIC_CACHE_DIR: join(subject.directory, 'cache'),
    };
    await hostRunner.run(argv, { env, input: 'x' });
    await open().store(proofOf(), attemptOf());
    expect(await open().list('melvin', attemptOf())).toHaveLength(1);
  });
});
