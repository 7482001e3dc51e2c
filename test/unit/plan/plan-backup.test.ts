import { planBackup, type ObservedEntry } from '../../../workflows/backup/plan-backup';
import { selectEntries } from '../../../workflows/backup/select-entries';
import { describePart, describePostgresEntry, describeStack } from '../../support/descriptions';

const accounts: ObservedEntry = {
  entry: 'accounts',
  version: 'PostgreSQL 15.18',
  parts: [{ part: describePart(), expectedBytes: 1000 }],
  notes: ['Roles are saved without passwords.'],
};
const options = { only: [], initialise: false };

describe('planning a backup', () => {
  it('dumps each part, then stores the manifest, then records', () => {
    const plan = planBackup(describeStack(), options, { state: 'ready' }, [accounts]);
    expect(plan).toMatchObject({
      expectedBytes: 1000,
      repository: { create: false },
      steps: [
        { id: 'back-up:accounts', expectedBytes: 1000 },
        { id: 'manifest' },
        { id: 'record' },
      ],
      notes: ['Roles are saved without passwords.'],
    });
  });

  it('creates an absent repository only when told to, by option or by stack file', () => {
    const absent = { state: 'absent' } as const;
    const stack = describeStack();
    const willing = describeStack({ repository: { ...stack.repository, initialise: true } });
    const created = { repository: { create: true } };
    expect(planBackup(stack, options, absent, [accounts])).toMatchObject({
      obstacle: 'there is no repository at /srv/backup/melvin',
    });
    expect(planBackup(stack, { ...options, initialise: true }, absent, [accounts])).toMatchObject(
      created,
    );
    expect(planBackup(willing, options, absent, [accounts])).toMatchObject(created);
  });

  it('says what is left out and why', () => {
    const part = describePart({ name: 'accounts/broken' });
    const entry = {
      ...accounts,
      parts: [...accounts.parts, { part, expectedBytes: 1, skip: 'it accepts no connections' }],
    };
    expect(planBackup(describeStack(), options, { state: 'ready' }, [entry])).toMatchObject({
      skipped: [{ name: 'accounts/broken', reason: 'it accepts no connections' }],
      expectedBytes: 1000,
    });
  });

  it('does not make an empty recovery point', () => {
    const plan = planBackup(describeStack(), options, { state: 'ready' }, [
      { ...accounts, parts: [] },
    ]);
    expect(plan).toMatchObject({
      obstacle: expect.stringContaining('nothing of melvin') as string,
    });
  });

  it('tells when the dumps are larger than the free space, and goes on: they may deduplicate', () => {
    const plan = planBackup(describeStack(), options, { state: 'ready', freeBytes: 10 }, [
      accounts,
    ]);
    expect(plan).toMatchObject({
      notes: [expect.anything(), expect.stringContaining('10 B free')],
    });
  });
});

describe('selecting entries', () => {
  const protect = [describePostgresEntry(), describePostgresEntry({ name: 'reports' })];

  it('takes all when none is named, else those named in the order of the stack file', () => {
    expect(selectEntries(protect, [])).toEqual(protect);
    expect(selectEntries(protect, ['reports'])).toEqual([protect[1]]);
  });

  it('refuses a name that is not there and lists those that are', () => {
    expect(selectEntries(protect, ['reprots'])).toEqual({
      obstacle: 'the stack file protects nothing called reprots',
      advice: 'It protects accounts, reports.',
    });
  });
});
