import { pickPoint } from '../../../workflows/drill/drill-point';
import { judgeGateFailure } from '../../../workflows/drill/judge-gate';
import {
  chooseDrillParts,
  gatesOf,
  planDrill,
  type ObservedScratch,
} from '../../../workflows/drill/plan-drill';
import type { DrillPlan } from '../../../workflows/model/drill';
import { judgeProof, type GateResult } from '../../../workflows/model/proof';
import type {
  ListedPoint,
  ManifestSummary,
  PartSummary,
} from '../../../workflows/model/recovery-point';
import { scratchStack } from '../../../workflows/model/scratch';
import type { FilesEntry, MongodbEntry, ProtectEntry } from '../../../workflows/model/stack';
import {
  describePart,
  describePostgresEntry,
  describeStack,
  describeStoredPart,
} from '../../support/descriptions';

const UPLOADS: FilesEntry = { name: 'uploads', engine: 'files', path: './uploads', exclude: [] };
const EVENTS: MongodbEntry = {
  ...{ name: 'events', engine: 'mongodb', database: 'melvin' },
  reach: { address: { host: '10.0.0.1', port: 27_017 } },
};

const GIB = 1024 ** 3;
const database = describeStoredPart(describePart());
const globals = describeStoredPart(
  describePart({ name: 'server/globals', entry: 'server', kind: 'globals', source: '' }),
);
const folder = describeStoredPart(
  describePart({ name: 'uploads', entry: 'uploads', engine: 'files', kind: 'directory' }),
);
const point: ListedPoint = {
  ...{ id: 'aaaa1111', stack: 'melvin', run: 'melvin/1', runKey: 'key', partial: false },
  ...{ takenAt: '2026-01-01T00:00:00.000Z', parts: 3, bytes: 3, missing: 0, missingParts: [] },
  entries: ['accounts', 'server', 'uploads'],
};
const manifest: ManifestSummary = { point, host: 'local', parts: [database, globals, folder] };
const stack = describeStack({ protect: [describePostgresEntry(), UPLOADS, EVENTS] });

const seen = (entry: string, freeBytes = 100 * GIB): ObservedScratch => ({
  ...{ entry, kind: entry === 'uploads' ? 'folder' : 'cluster', place: 'a place' },
  ...{ disk: 'host', freeBytes },
});

function plan(parts: readonly PartSummary[], observed: readonly ObservedScratch[], of = stack) {
  return planDrill(of, manifest, parts, observed) as Omit<DrillPlan, 'hash'>;
}

describe('the parts of a drill', () => {
  const namesOf = (only: readonly string[]) =>
    (chooseDrillParts(manifest, only) as readonly PartSummary[]).map(({ part }) => part.name);

  it('are folders first, then what databases belong to, and databases last', () => {
    expect(namesOf([])).toEqual(['uploads', 'server/globals', 'accounts']);
    expect(namesOf(['server', 'accounts'])).toEqual(['server/globals', 'accounts']);
  });

  it('are refused by name where the point has them not', () => {
    expect(chooseDrillParts(manifest, ['accounts', 'nothing'])).toMatchObject({
      obstacle: expect.stringContaining('no part nothing') as string,
    });
  });

  it('are asked what their engine can be asked, and nothing once they are gone', () => {
    expect(gatesOf(folder)).toEqual(['fetch', 'restore', 'content']);
    expect(gatesOf(globals)).toEqual(['fetch', 'restore', 'content']);
    expect(gatesOf(database)).toEqual([
      ...['fetch', 'parse', 'restore', 'structure', 'content', 'engine'],
    ]);
    expect(gatesOf({ ...database, missing: true })).toEqual(['fetch']);
  });
});

describe('the plan of a drill', () => {
  it('leaves out by name what has no scratch place or is no longer in the stack file', () => {
    const observed = [seen('accounts'), { entry: 'uploads', lacking: 'no room for it' }];
    const { parts, leftOut } = plan([folder, globals, database], observed);
    expect(parts.map(({ part }) => part.name)).toEqual(['accounts']);
    expect(leftOut).toEqual([
      { name: 'uploads', reason: 'no room for it' },
      { name: 'server/globals', reason: expect.stringContaining('no longer has') as string },
    ]);
  });

  it('is refused where nothing can be drilled', () => {
    expect(plan([database], [{ entry: 'accounts', lacking: 'no initdb' }])).toMatchObject({
      obstacle: expect.stringContaining('accounts: no initdb') as string,
    });
  });

  it('is refused with what it needs, where parts on one disk need more than is free together', () => {
    const large = { ...folder, bytes: GIB };
    const observed = (free: number) => [seen('accounts', free), seen('uploads', free)];
    expect(plan([large, database], observed(1.5 * GIB))).toHaveProperty('steps');
    expect(plan([large, database], observed(1.2 * GIB))).toMatchObject({
      obstacle: expect.stringContaining('needs about 1.3 GB') as string,
    });
  });

  it('asks the assertions of what is restored alone', () => {
    const ask = (part: string) => ({ kind: 'sql' as const, part, query: 'select true' });
    const asking = { ...stack, drill: { assert: [ask('other'), ask('accounts')] } };
    const { assertions, steps } = plan([database], [seen('accounts')], asking);
    expect(assertions).toBe(1);
    expect(steps.map(({ id }) => id).slice(-4)).toEqual(['assert:1', 'sweep', 'proof', 'record']);
  });
});

describe('the point of a drill', () => {
  const older = { ...point, id: 'bbbb2222' };
  const points = [{ ...point, partial: true }, point, older, { ...older, missing: 1 }];

  it('is the oldest or any of those that are whole', () => {
    expect(pickPoint(points, 'oldest', { only: [], random: 0 })).toBe(older);
    expect(pickPoint(points, 'random', { only: [], random: 0 })).toBe(point);
    expect(pickPoint(points, 'random', { only: [], random: 0.999 })).toBe(older);
  });

  it('may be partial where it has the parts that are named', () => {
    const only = { only: ['accounts/one'], random: 0 };
    expect(pickPoint(points, 'random', only)).toBe(points[0]);
    expect(pickPoint(points, 'random', { ...only, only: ['none'] })).toHaveProperty('obstacle');
  });
});

describe('a scratch stack', () => {
  const service: ProtectEntry = describePostgresEntry({
    ...{ name: 'inside', reach: { service: 'db' }, password: { env: 'X' } },
  });
  const live = describeStack({ protect: [describePostgresEntry(), service, UPLOADS, EVENTS] });

  it('has no server, project or folder in common with the live one, and no password', () => {
    const { protect, compose } = scratchStack(live, 'key-1', [
      { entry: 'accounts', place: { kind: 'cluster', folder: '/s', port: 1 } },
      { entry: 'inside', place: { kind: 'container' } },
      { entry: 'uploads', place: { kind: 'folder', path: '/f' } },
    ]);
    expect(compose?.project).toMatch(/^pawl-drill-[0-9a-f]{16}$/);
    expect(protect).toMatchObject([
      { name: 'accounts', reach: { address: { host: '/s', port: 1 } } },
      { name: 'inside', reach: { service: 'inside' } },
      { name: 'uploads', path: '/f' },
    ]);
    expect(JSON.stringify(protect)).not.toContain('password');
  });

  it('leaves out an entry whose place is of another kind: as it is, it would be the live one', () => {
    const opened = live.protect.flatMap(({ name }) => ({
      entry: name,
      place: { kind: name === 'inside' ? ('folder' as const) : ('container' as const), path: '/f' },
    }));
    expect(scratchStack(live, 'key-1', opened).protect).toEqual([]);
  });
});

describe('a gate', () => {
  it.each([
    ['VerificationFailed', 'a row differs', true],
    ['CommandFailed', 'pg_restore: error: could not execute query', true],
    ['PreconditionFailed', 'extension "postgis" is not available', true],
    ['CommandFailed', 'could not extend file: No space left on device', false],
    ['PreconditionFailed', 'No container of service db runs in Compose project x', false],
    ['ServiceUnavailable', 'the repository is away', false],
    ['CredentialsRejected', 'wrong password', false],
    ['InternalError', 'our bug', false],
  ] as const)('of a step that ended with %s (%s) is closed: %s', (type, message, closed) => {
    expect(judgeGateFailure({ type, message })).toEqual({ closed, detail: message });
  });
});

describe('a proof', () => {
  const result = (gate: GateResult['gate'], part: string, passed = true): GateResult => ({
    ...{ gate, part, passed, seconds: 1, detail: '' },
  });

  it('holds when every gate was passed', () => {
    expect(judgeProof([result('fetch', 'a'), result('restore', 'a')])).toEqual({
      ...{ ok: true, gates: ['fetch', 'restore'] },
    });
  });

  it('names the first gate that was closed, and counts no gate that one part did not pass', () => {
    const results = [result('fetch', 'a'), result('fetch', 'b', false), result('restore', 'a')];
    expect(judgeProof(results)).toEqual({ ok: false, gates: ['restore'], failed: 'fetch of b' });
  });

  it('does not hold where nothing was asked', () => {
    expect(judgeProof([])).toMatchObject({ ok: false });
  });
});
