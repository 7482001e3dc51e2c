import type { RestorePlan } from '../../../workflows/model/plans';
import type { ManifestSummary } from '../../../workflows/model/recovery-point';
import type { StackDescription } from '../../../workflows/model/stack';
import { chooseParts, type ChosenPart } from '../../../workflows/restore/choose-parts';
import { needsName, planRestore } from '../../../workflows/restore/plan-restore';
import {
  describePart,
  describePostgresEntry,
  describeStack,
  describeStoredPart,
} from '../../support/descriptions';

const globals = describePart({
  name: 'server/globals',
  entry: 'server',
  kind: 'globals',
  source: '',
});
const orders = describePart({ name: 'server/orders', entry: 'server', source: 'orders' });
const manifest: ManifestSummary = {
  point: {
    id: 'aaaa1111',
    stack: 'melvin',
    run: 'melvin/1',
    runKey: 'key',
    takenAt: '2026-01-01T00:00:00.000Z',
    parts: 3,
    bytes: 3000,
    entries: ['accounts', 'server'],
    partial: false,
  },
  host: 'local',
  parts: [describePart(), orders, globals].map(describeStoredPart),
};
const options = { point: { newest: true }, only: [] } as const;

const accountsEntry = describePostgresEntry();
const serverEntry = describePostgresEntry({ name: 'server', database: { all: true } });
const stack = describeStack({ protect: [accountsEntry, serverEntry] });

function choose(
  change: object = {},
  { protect }: Pick<StackDescription, 'protect'> = stack,
  from = manifest,
): readonly ChosenPart[] {
  const chosen = chooseParts(describeStack({ protect }), from, { ...options, ...change }, 7);
  if (!Array.isArray(chosen)) throw new Error(JSON.stringify(chosen));
  return chosen as readonly ChosenPart[];
}

function planned(plan: ReturnType<typeof planRestore>): Omit<RestorePlan, 'hash'> {
  if ('obstacle' in plan) throw new Error(plan.obstacle);
  return plan;
}

describe('choosing parts of a recovery point', () => {
  it('takes all, globals first, since databases belong to roles', () => {
    expect(choose().map(({ stored }) => stored.part.name)).toEqual([
      'server/globals',
      'accounts',
      'server/orders',
    ]);
  });

  it('takes a part by its name and all parts of an entry by the entry', () => {
    expect(choose({ only: ['server'] })).toHaveLength(2);
    expect(choose({ only: ['server/orders'] })).toHaveLength(1);
  });

  it('refuses a part that the recovery point does not have', () => {
    expect(chooseParts(stack, manifest, { ...options, only: ['ordres'] }, 7)).toMatchObject({
      obstacle: 'recovery point aaaa1111 has no part ordres',
    });
  });

  it('restores exactly one part into another place', () => {
    expect(choose({ only: ['accounts'], into: 'copy' })[0]?.target.into).toBe('copy');
    expect(chooseParts(stack, manifest, { ...options, into: 'copy' }, 7)).toMatchObject({
      obstacle: '--into takes exactly one part, and 3 are chosen',
    });
  });

  it('cannot put what belongs to a server into a database of it', () => {
    const only = ['server/globals'];
    expect(chooseParts(stack, manifest, { ...options, only, into: 'copy' }, 7)).toMatchObject({
      obstacle: expect.stringContaining('belongs to a server') as string,
    });
  });
});

describe('the place of a part', () => {
  const uploads = describePart({
    ...{ name: 'uploads', entry: 'uploads', engine: 'files', kind: 'directory' },
    source: './uploads',
  });
  const uploadsAt = (path: string) =>
    ({ name: 'uploads', engine: 'files', path, exclude: [] }) as const;
  const withFolder = { ...manifest, parts: [...manifest.parts, describeStoredPart(uploads)] };

  function planFor(protect: StackDescription['protect'], only: readonly string[] = []) {
    const now = describeStack({ protect });
    const chosen = choose({ only }, now, withFolder);
    const seen = chosen.map(() => ({ exists: true, otherSessions: 0 }));
    const plan = planned(planRestore(now, withFolder, chosen, seen));
    const into = Object.fromEntries(plan.parts.map(({ part, target }) => [part.name, target.into]));
    return { into, notes: plan.notes };
  }

  it.each(['./uploads', './uploads/', './uploads///'])(
    'is where it was while the stack file says the same, and nothing is told: %s',
    (path) => {
      expect(planFor([accountsEntry, serverEntry, uploadsAt(path)])).toEqual({
        into: {
          ...{ 'server/globals': '', 'server/orders': 'orders' },
          ...{ accounts: 'melvin', uploads: './uploads' },
        },
        notes: [],
      });
    },
  );

  it('is where the stack file of now has it, which is told', () => {
    const moved = describePostgresEntry({ database: 'melvin2' });
    expect(planFor([moved, uploadsAt('/srv/media')], ['accounts', 'uploads'])).toEqual({
      into: { accounts: 'melvin2', uploads: '/srv/media' },
      notes: [
        'accounts was taken of database melvin; the stack file names melvin2 now: it is restored there.',
        'uploads was taken of directory ./uploads; the stack file names /srv/media now: it is restored there.',
      ],
    });
  });

  it('keeps its own name on a server of which all is saved, whatever was saved of it before', () => {
    const all = describePostgresEntry({ database: { all: true } });
    expect(planFor([all], ['accounts'])).toEqual({ into: { accounts: 'melvin' }, notes: [] });
  });

  it('is nowhere when its entry is gone, and --into does not help', () => {
    for (const into of [undefined, 'copy']) {
      const change = { only: ['accounts'], ...(into === undefined ? {} : { into }) };
      const gone = describeStack({ protect: [serverEntry] });
      expect(chooseParts(gone, manifest, { ...options, ...change }, 7)).toEqual({
        obstacle:
          'part accounts belongs to the postgres entry accounts, which the stack file no longer has',
        advice:
          'Put accounts back under protect as it was: only there is said where it lives, so --into does not help.',
      });
    }
  });

  it('is nowhere when its entry is of another engine; the others can be named', () => {
    const other = { ...uploadsAt('/srv'), name: 'accounts' };
    const now = describeStack({ protect: [other, serverEntry] });
    expect(chooseParts(now, manifest, options, 7)).toMatchObject({
      obstacle: expect.stringContaining('which the stack file has as files now') as string,
      advice: expect.stringContaining(
        'name the other parts: server/orders, server/globals',
      ) as string,
    });
  });

  it('of a whole server is not taken for the one database that the entry names now', () => {
    const one = describePostgresEntry({ name: 'server', database: 'shop' });
    const now = describeStack({ protect: [one] });
    expect(chooseParts(now, manifest, { ...options, only: ['server/orders'] }, 7)).toMatchObject({
      obstacle: expect.stringContaining('part server/orders is of the whole server') as string,
    });
    expect(choose({ only: ['server/orders'], into: 'copy' }, now)[0]?.target.into).toBe('copy');
  });
});

describe('planning a restore', () => {
  const there = { exists: true, otherSessions: 0 };

  it('restores and proves every part before it swaps any', () => {
    const plan = planRestore(stack, manifest, choose({ only: ['accounts', 'server/orders'] }), [
      there,
      there,
    ]);
    expect(planned(plan).steps.map((step) => step.id)).toEqual([
      'restore:accounts',
      'prove:accounts',
      'restore:server/orders',
      'prove:server/orders',
      'swap:accounts',
      'swap:server/orders',
      'record',
    ]);
  });

  it('names what the old content will be called, and nothing where there is none', () => {
    const chosen = choose({ only: ['accounts'] });
    expect(planRestore(stack, manifest, chosen, [there])).toMatchObject({
      parts: [{ keepAs: 'melvin_before_7' }],
    });
    const plan = planRestore(stack, manifest, chosen, [{ exists: false, otherSessions: 0 }]);
    expect(planned(plan).parts[0]).not.toHaveProperty('keepAs');
  });

  it('says what will be left out, and what may have to be', () => {
    const chosen = choose({ only: ['accounts'], leaveOut: ['public.t', 'elsewhere'] });
    expect(chosen[0]?.target.leaveOut).toEqual(['public.t', 'elsewhere']);
    const leaveOut = {
      objects: [{ kind: 'table', name: 'public.t' }],
      dependents: [{ kind: 'view', name: 'public.v' }],
      moreDependents: 0,
    };
    const seen = { ...there, leaveOut: { ...leaveOut, unknown: [], ambiguous: [] } };
    expect(planRestore(stack, manifest, chosen, [seen])).toMatchObject({ parts: [{ leaveOut }] });
  });

  it('leaves out of each part what is in it, and refuses a name that is in none', () => {
    const chosen = choose({ only: ['accounts', 'server/orders'], leaveOut: ['a', 'b'] });
    const choice = { objects: [], dependents: [], moreDependents: 0, ambiguous: [] };
    const seen = (unknown: string[]) => ({ ...there, leaveOut: { ...choice, unknown } });
    expect(planRestore(stack, manifest, chosen, [seen(['a']), seen(['b'])])).toHaveProperty(
      'parts',
    );
    expect(planRestore(stack, manifest, chosen, [seen(['a', 'b']), seen(['b'])])).toMatchObject({
      obstacle: expect.stringContaining('has nothing called b to leave out') as string,
    });
  });

  it('refuses a name that means several things', () => {
    const objects = [
      { kind: 'table', name: 'a.t' },
      { kind: 'table', name: 'b.t' },
    ];
    const choice = { objects: [], dependents: [], moreDependents: 0, unknown: [] };
    const seen = { ...there, leaveOut: { ...choice, ambiguous: [{ name: 't', objects }] } };
    const chosen = choose({ only: ['accounts'], leaveOut: ['t'] });
    expect(planRestore(stack, manifest, chosen, [seen])).toMatchObject({
      obstacle: '--leave-out t may mean table a.t or table b.t',
    });
  });

  it('refuses to leave something out where no part has objects', () => {
    const chosen = chooseParts(
      stack,
      manifest,
      { ...options, only: ['server/globals'], leaveOut: ['t'] },
      7,
    );
    expect(chosen).toMatchObject({ obstacle: expect.stringContaining('--leave-out') as string });
  });

  it('refuses what could not be swapped, with the ways out, and tells what is to be known', () => {
    const chosen = choose({ only: ['accounts', 'server/orders'] });
    const blocked = { ...there, obstacle: { obstacle: 'is in use', advice: 'Free it.' } };
    expect(planRestore(stack, manifest, chosen, [blocked, blocked])).toEqual({
      obstacle: 'is in use; is in use',
      advice: 'Free it.',
    });
    const noted = { ...there, notes: ['It has a slot.'] };
    expect(planRestore(stack, manifest, chosen, [noted, there])).toMatchObject({
      notes: ['It has a slot.'],
    });
  });

  it('tells which sessions will be disconnected', () => {
    const plan = planRestore(stack, manifest, choose({ only: ['accounts'] }), [
      { exists: true, otherSessions: 3 },
    ]);
    expect(plan).toMatchObject({
      notes: ['3 session(s) on melvin will be disconnected at the swap.'],
    });
  });

  it('refuses to begin where old and new do not fit beside each other', () => {
    const plan = planRestore(stack, manifest, choose({ only: ['accounts'] }), [
      { exists: true, otherSessions: 0, freeBytes: 999 },
    ]);
    expect(plan).toMatchObject({
      obstacle: expect.stringContaining('needs 1.0 kB beside melvin') as string,
    });
  });

  it.each([
    ['whatever goes to its own place', {}, false, true],
    ['whatever replaces something', { into: 'theirs' }, true, true],
    ['--into the own place, even while nothing is there', { into: 'melvin' }, false, true],
    ['nothing that goes into a free name', { into: 'copy' }, false, false],
  ])("wants the stack's name for %s", (_what, change, exists, wanted) => {
    const chosen = choose({ only: ['accounts'], ...change });
    const plan = planned(planRestore(stack, manifest, chosen, [{ exists, otherSessions: 0 }]));
    expect(needsName(stack, plan)).toBe(wanted);
  });
});
