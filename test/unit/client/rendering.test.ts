import { createColors } from 'picocolors';
import { checkNode, notLookedAt } from '../../../client/doctor/check-client';
import { formatBytes, formatDuration, formatTime } from '../../../client/render/format';
import { renderFailure } from '../../../client/render/failure';
import { renderFindings } from '../../../client/render/findings';
import { renderOutcome } from '../../../client/render/outcome';
import { renderPlan } from '../../../client/render/plan';
import { renderPoints, renderVerification } from '../../../client/render/points';
import { renderStatus } from '../../../client/render/status';
import { renderStatusList } from '../../../client/render/status-list';
import { concernsOf, worstFirst } from '../../../client/status/concerns';
import type { StackStatus } from '../../../client/status/gather-status';
import type { RestoreOutcome } from '../../../workflows/model/outcome';
import type { QueuedRun } from '../../../workflows/model/queue';
import type { RecoveryPointSummary } from '../../../workflows/model/recovery-point';
import { restoreTarget } from '../../../workflows/model/restore-target';
import type { Drift, ServiceState } from '../../../workflows/model/serving';
import { describePart, describeRelease } from '../../support/descriptions';
import { expectGolden } from './golden';
import { NOW, START, step, view } from './views';

const POINT: RecoveryPointSummary = {
  id: 'a1b2c3d4',
  stack: 'melvin',
  run: 'melvin/41',
  runKey: '0a1b',
  takenAt: START,
  parts: 2,
  bytes: 1_286_200_000,
  entries: ['accounts', 'uploads'],
  partial: false,
};
const PLAIN = createColors(false);

describe('plans', () => {
  it('of a backup name repository, parts, what is left out, and steps', () => {
    const text = renderPlan({
      runbook: 'backup',
      stack: 'melvin',
      hash: '4a3bd8dd540d9c0b7a',
      repository: { url: '/srv/backup/melvin', create: true },
      parts: [{ part: describePart(), expectedBytes: 1.2e9, version: 'PostgreSQL 15.18' }],
      skipped: [{ name: 'accounts/template0', reason: 'takes no connections' }],
      expectedBytes: 1.2e9,
      steps: [{ id: 'back-up:accounts', title: 'back up accounts' }],
      notes: ['Roles are saved without their passwords.'],
    });
    expectGolden('plan-backup', text);
  });

  it('of a restore name the point, what becomes of the present content, and sessions', () => {
    const target = restoreTarget('melvin', 0);
    const part = describePart();
    const text = renderPlan({
      runbook: 'restore',
      stack: 'melvin',
      hash: '4a3bd8dd540d9c0b7a',
      point: POINT,
      keepReplacedSeconds: 604_800,
      parts: [
        {
          ...{ part, target, bytes: 1.2e9, rows: 135_233, keepAs: 'melvin_before_0' },
          otherSessions: 3,
          leaveOut: {
            objects: [{ kind: 'materialized view', name: 'public.totals' }],
            dependents: [{ kind: 'view', name: 'public."shown to"' }],
            moreDependents: 2,
          },
        },
      ],
      steps: [{ id: 'swap:accounts', title: 'put accounts in place' }],
      notes: [],
    });
    expectGolden('plan-restore', text);
  });
});

describe('outcomes', () => {
  it('of a backup name the recovery point and the next command', () => {
    const part = { snapshotId: 'deadbeef0123', sha256: 'ab', notes: ['3 large objects'] };
    const text = renderOutcome({
      state: 'done',
      runbook: 'backup',
      run: 'melvin/42',
      point: POINT,
      parts: [{ ...part, name: 'accounts', bytes: 1.2e9, rows: 135_233 }],
      skipped: [{ name: 'cache', reason: 'is empty' }],
    });
    expectGolden('outcome-backup', text);
  });

  it('of a restore say what is kept, how long, and how to drop it', () => {
    const part = { name: 'accounts', into: 'melvin', keptAs: 'melvin_before_43' };
    const outcome: RestoreOutcome = {
      state: 'done',
      runbook: 'restore',
      run: 'melvin/43',
      point: POINT,
      parts: [
        {
          ...{ ...part, bytes: 1.2e9, rows: 135_233, proved: 12, notes: ['Left out x.'] },
          leftOut: [
            { kind: 'table', name: 'public.t' },
            { kind: 'view', name: 'public.v', reason: 'relation "public.t" does not exist' },
          ],
        },
      ],
      keptUntil: '2026-11-28T03:00:00Z',
    };
    expectGolden('outcome-restore', renderOutcome(outcome));
    const later = renderOutcome(outcome, Infinity, 'dropped');
    expect(later).toContain('What was replaced has been dropped.');
    expect(later).not.toContain('restore confirm');
    expect(renderOutcome(outcome, Infinity, 'unknown')).not.toMatch(/What was replaced/);
  });
});

describe('failures', () => {
  const failed = step({ state: 'failed', detail: 'pg_dump ended' });

  it('name step, cause, tool, present state and next command', () => {
    const text = renderFailure(view({ status: 'failed', steps: [failed] }), {
      type: 'CommandFailed',
      message: 'back up accounts: pg_dump ended with exit code 1',
      step: 'back-up:accounts',
      state: 'No recovery point was made; earlier ones are untouched.',
      evidence: {
        argv: ['pg_dump', '-Fc', '-Z0'],
        exitCode: 1,
        stderrTail: 'one\npg_dump: error: connection lost\n',
        elapsedSeconds: 12.3,
      },
    });
    expectGolden('failure-command', text);
  });

  it('name the step whose failure it is, of several that failed', () => {
    const steps = ['accounts', 'reports'].map((part) => ({
      ...failed,
      ...{ id: `back-up:${part}`, title: `back up ${part}` },
    }));
    const message = 'back up reports: no right to read it';
    const text = renderFailure(view({ steps }), { type: 'CommandFailed', message, evidence: {} });
    expect(text).toContain('step   back up reports (back-up:reports)');
    expect(text).toContain('cause  no right to read it');
  });

  it('give the advice of the step as the next command', () => {
    const text = renderFailure(view({ steps: [] }), {
      type: 'PreconditionFailed',
      message: 'there is no repository at /srv/backup/melvin',
      evidence: {},
      advice: 'pawl backup --init creates it.',
    });
    expect(text).toContain('next   pawl backup --init creates it.');
  });

  it('say what helps with such a failure when the step itself knew nothing', () => {
    const failure = { type: 'CredentialsRejected', message: 'password refused', evidence: {} };
    expect(renderFailure(view({ steps: [] }), failure)).toContain(
      'next   Check the user, its password and its rights',
    );
  });

  it('tell the message of a tool that writes its errors as JSON, and each figure once', () => {
    const message = 'restic ended with exit code 1 after 4.3 s';
    const evidence = {
      argv: ['restic', 'backup'],
      exitCode: 1,
      elapsedSeconds: 4.3,
      stderrTail: '{"message_type":"exit_error","message":"Fatal: no space left"}',
    };
    const text = renderFailure(view({ steps: [] }), { type: 'CommandFailed', message, evidence });
    expect(text).toContain('| Fatal: no space left');
    expect(text.match(/4\.3 s/g)).toHaveLength(1);
    expect(text.match(/exit code/g)).toHaveLength(1);
  });

  it('of a cancelled run tell what was undone', () => {
    const steps = [step({ state: 'undone', title: 'put accounts in place' })];
    const cancelled = { type: 'Cancelled', message: 'It was cancelled.', evidence: {} };
    expectGolden('failure-cancelled', renderFailure(view({ steps }), cancelled));
  });
});

describe('recovery points', () => {
  const partial = { ...POINT, id: 'b2c3d4e5', parts: 1, partial: true, entries: ['uploads'] };

  it('say which are partial, and what those hold', () => {
    const whole = { missing: 0, missingParts: [] };
    const points = [partial, POINT].map((point) => ({ ...point, ...whole }));
    expectGolden('points', renderPoints({ points, unreadable: [] }));
  });

  it('say which parts are gone, and which points cannot be read', () => {
    const lost = { ...POINT, missing: 1, missingParts: ['uploads'] };
    const much = { ...POINT, id: 'c3d4e5f6', parts: 9, missing: 9, missingParts: [] };
    const unreadable = [{ id: 'd4e5f6a7', takenAt: START, reason: 'its tag "bytes" is no number' }];
    expectGolden('points-not-whole', renderPoints({ points: [lost, much], unreadable }));
  });

  it('say part by part what verifying them has found', () => {
    const parts = [
      { name: 'accounts', state: 'proved' },
      { name: 'uploads', state: 'missing' },
      { name: 'notes', state: 'damaged', detail: '3 bytes came out' },
      { name: 'we\u001b[2Jird', state: 'present' },
    ] as const;
    expectGolden('points-verified', renderVerification({ point: POINT, parts }));
    const whole = renderVerification({ point: POINT, parts: [{ name: 'a', state: 'present' }] });
    expect(whole).toContain('is whole');
  });

  it('that are partial are told as such after the backup', () => {
    const rest = { parts: [], skipped: [] };
    const outcome = { state: 'done', runbook: 'backup', run: 'melvin/42', ...rest } as const;
    expect(renderOutcome({ ...outcome, point: partial })).toMatch(/partial: only uploads$/m);
    expect(renderOutcome({ ...outcome, point: POINT })).not.toContain('partial');
  });
});

describe('the status of a stack', () => {
  const queued = { requestId: 'x', requestedBy: 'anna@desk', since: START };
  const status: StackStatus = {
    stuck: [],
    untold: [],
    versions: [],
    ...{ stack: 'melvin', host: 'local', worker: true, link: 'http://ui/stack' },
    ...{ points: { from: 'repository', whole: POINT }, lastRun: undefined, frozen: [] },
    ...{ open: [], waits: [], warm: [] },
  };

  it('shows freeze, queue and the last recovery point', () => {
    const queue = {
      stack: 'melvin',
      running: [{ ...queued, number: 42, runbook: 'backup' as const }],
      waiting: [{ ...queued, number: 43, runbook: 'restore' as const }],
      freeze: { message: 'new disk', by: 'anna@desk', since: START },
      ended: [],
    };
    expectGolden('status', renderStatus({ ...status, queue, maintenance: [] }, PLAIN, NOW));
  });

  it('shows each service that is in maintenance, and where that is not known', () => {
    const maintenance = { message: 'back\nat \u001b[31m14:00', by: 'anna@desk', since: START };
    const services = [{ service: 'api', shown: true, maintenance }];
    const queue = { stack: 'melvin', running: [], waiting: [], ended: [] };
    const text = renderStatus({ ...status, queue, maintenance: services }, PLAIN, NOW);
    expectGolden('status-maintenance', text);
    expect(renderStatus({ ...status, queue }, PLAIN, NOW)).toMatch(/maintained +not known/);
    expect(renderStatus({ ...status, queue, maintenance: [] }, PLAIN, NOW)).not.toContain(
      'maintained',
    );
  });

  it('says of a page that users do not get it', () => {
    const maintenance = { message: 'soon', by: 'anna@desk', since: START };
    const hidden = [{ service: 'api', shown: false, maintenance }];
    expect(renderStatus({ ...status, maintenance: hidden }, PLAIN, NOW)).toContain(
      'users do not get the page',
    );
  });

  describe('with a release', () => {
    const should = { release: 2, by: 'switch', slot: 'green' } as const;
    const releases = (state: Partial<ServiceState>) => {
      const api = { service: 'api', should, inPlace: 'switch', serves: [], drifts: [] } as const;
      const serving = { services: [{ ...api, ...state }] };
      const image = { reference: 'api:2', pinned: 'api:2', id: 'x' };
      const services = [{ service: 'api', strategy: 'switch', image, slot: 'green' } as const];
      const release = describeRelease({ number: 2, releasedAt: START, services });
      return { releases: [release], current: 2, next: 3, serving };
    };
    const shown = (state: Partial<ServiceState>, running: readonly QueuedRun[] = []) => {
      const queue = { stack: 'melvin', running, waiting: [], ended: [] };
      return renderStatus({ ...status, queue, releases: releases(state) }, PLAIN, NOW);
    };
    const drift = {
      kind: 'compose-in-place',
      fact: 'shop-web-1, made by plain Compose, has the place of its switch',
      way: '`pawl deploy` takes it over again',
    } as const;

    it('says that it serves only while it does', () => {
      expect(shown({})).toMatch(/serves +release 2: api in green, since/);
      const three = { slot: 'green', release: 2, share: 100, running: 3 } as const;
      expect(shown({ serves: [{ ...three, health: 'healthy' }] })).toMatch(
        /serves +release 2: api in green \(3 containers, healthy\), since/,
      );
      const wrong = shown({ inPlace: 'compose', drifts: [drift] });
      expect(wrong).toMatch(/current +release 2/);
      expect(wrong).toMatch(/serves +api: nobody/);
      expect(wrong).toMatch(
        /wrong +shop-web-1, made by plain.*`pawl deploy` takes it over again\./,
      );
      const { serving: _, ...unknown } = releases({});
      const why = { servingUnknown: 'Docker is away' };
      const told = renderStatus({ ...status, ...why, releases: unknown }, PLAIN, NOW);
      expect(told).toMatch(/current +release 2/);
      expect(told).toMatch(/serves +not known: Docker is away/);
    });

    it('says why it is not known what serves, and counts that among the concerns', () => {
      const why = 'no worker of host local is connected';
      const dark = { ...status, stack: 'z', servingUnknown: why };
      expect(renderStatus(dark, PLAIN, NOW)).toMatch(/serves +not known: no worker of host local/);
      expect(worstFirst([status, dark], NOW).map(({ stack }) => stack)).toEqual(['z', 'melvin']);
      expect(renderStatusList([dark], NOW)).toContain('what serves is not known');
    });

    it('does not call wrong what a deploy brings about while it is at work', () => {
      const two = { kind: 'two-releases', fact: 'requests go to two releases', way: 'x' } as const;
      const deploying = { ...queued, number: 42, runbook: 'deploy' as const };
      expect(shown({ drifts: [two] }, [deploying])).not.toContain('wrong');
      expect(shown({ drifts: [two] })).toMatch(/wrong +Requests go to two releases/);
    });

    it('does not call the edge wrong while a run is at work that brings that about', () => {
      const edge = { kind: 'two-releases', fact: 'the edge sends to two', way: 'x' } as const;
      const concerned = (kind: Drift['kind'], ...runbooks: readonly QueuedRun['runbook'][]) => {
        const running = runbooks.map((runbook) => ({ ...queued, number: 42, runbook }));
        const { serving, ...rest } = releases({});
        const now = { ...rest, serving: { ...serving, edge: { ...edge, kind } } };
        const queue = { stack: 'melvin', running, waiting: [], ended: [] };
        const one = { ...status, queue, releases: now };
        return renderStatusList([one], NOW).includes('edge not served as released');
      };
      expect(concerned('missing')).toBe(true);
      expect(concerned('missing', 'deploy')).toBe(true);
      expect(concerned('missing', 'forget')).toBe(false);
      expect(concerned('two-releases', 'backup')).toBe(true);
      expect(concerned('two-releases', 'deploy')).toBe(false);
    });

    it('comes before stacks that are well when it does not serve', () => {
      const bad = { ...status, stack: 'z', releases: releases({ drifts: [drift] }) };
      expect(worstFirst([status, bad], NOW).map(({ stack }) => stack)).toEqual(['z', 'melvin']);
      expect(renderStatusList([bad], NOW)).toContain('api not served as released');
    });
  });

  it('says what the calendar freezes', () => {
    const frozen = [{ runbook: 'deploy', window: 'weekend (fri 16:00-24:00, UTC)' }];
    const text = renderStatus({ ...status, frozen }, PLAIN, NOW);
    expect(text).toContain('frozen        deploy: weekend (fri 16:00-24:00, UTC)');
  });

  it('says of a run that waits for a person whom it waits for, and how to answer, and not that it runs', () => {
    const queue = {
      stack: 'melvin',
      running: [{ ...queued, number: 42, runbook: 'deploy' as const }],
      ...{ waiting: [], ended: [] },
    };
    const wait = {
      ...{ run: 'melvin/42', waits: 'approval' as const, command: 'pawl approve melvin/42' },
      text: 'approval by anna: 0 of 1 given',
    };
    const text = renderStatus({ ...status, queue, waits: [wait] }, PLAIN, NOW);
    expect(text).toContain(
      'melvin/42 waits for approval by anna: 0 of 1 given. Answer with `pawl approve melvin/42`',
    );
    expect(text).not.toMatch(/^ +running/m);
  });

  it('has the newest whole recovery point and a newer partial one, each with its age', () => {
    const partial = { ...POINT, id: 'b2', run: 'melvin/9', partial: true, entries: ['uploads'] };
    const points = { from: 'repository' as const, whole: POINT, partial };
    const text = renderStatus({ ...status, points }, PLAIN, NOW + 3 * 3600_000);
    expect(text).toContain('whole point   a1b2c3d4, 3 h ago (melvin/41): 2 parts, 1.3 GB');
    expect(text).toMatch(/partial one +b2, 3 h ago \(melvin\/9\).*partial: only uploads/);
    const none = renderStatus({ ...status, points: { from: 'runs' } }, PLAIN, NOW);
    expect(none).toContain('none (by the runs that Temporal knows; the host did not say)');
  });

  it('says why the repository was not read, and names the command that leads to a first point', () => {
    const why = 'Listing recovery points failed: there is no repository';
    const unread = { ...status, points: { from: 'runs' as const, repositoryUnread: why } };
    const text = renderStatus(unread, PLAIN, NOW);
    expect(text).toContain(`repository    ${why}`);
    expect(text).toContain(
      'none (by the runs that Temporal knows): `pawl backup --init` makes one',
    );
    const known = { ...unread, points: { ...unread.points, whole: POINT } };
    expect(concernsOf(known, Date.parse(POINT.takenAt))).toContain('its repository is not read');
    const empty = { ...status, points: { from: 'repository' as const } };
    expect(renderStatus(empty, PLAIN, NOW)).toContain('none: `pawl backup` makes one');
  });

  it('is told of every stack, the worst first', () => {
    const queue = { stack: 'melvin', running: [], waiting: [], ended: [] };
    const well = { ...status, queue };
    const away = { ...well, stack: 'b', worker: false };
    const bare = { ...well, stack: 'a', points: { from: 'repository' as const } };
    const all = worstFirst([well, bare, away], NOW);
    expect(all.map(({ stack }) => stack)).toEqual(['b', 'a', 'melvin']);
    const lines = renderStatusList(all, NOW).split('\n');
    expect(lines[1]).toContain('worker away');
    expect(lines[2]).toContain('no whole point');
    expect(lines[3]).toContain('all well');
  });

  it.each([80, 60])('stays within %i columns, broken between words', (width) => {
    const text = renderStatus({ ...status, worker: false }, PLAIN, NOW, width);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  it('does not pretend to know the queue when no worker answers', () => {
    expect(renderStatus({ ...status, worker: false }, PLAIN, NOW)).toContain('not known');
  });
});

describe('findings', () => {
  it.each([
    ['20.19.0', 'ok'],
    ['22.1.0', 'ok'],
    ['20.18.9', 'problem'],
    ['18.20.0', 'problem'],
  ])('of Node.js %s are %s', (version, severity) => {
    expect(checkNode(version)).toMatchObject({ id: 'node-version', severity });
  });

  it('say what was not looked at, and why', () => {
    const problem = (id: string) => ({ id, severity: 'problem', fact: 'There is none.' }) as const;
    expect(notLookedAt([{ ...problem('node-version'), severity: 'ok' }])).toEqual([]);
    const [behind] = notLookedAt([problem('stack-file')]);
    expect(behind).toMatchObject({ id: 'host', severity: 'warning' });
    expect(behind?.fact).toMatch(
      /^Not looked at, without a stack file in order: the worker.*`deploy`/,
    );
    expect(notLookedAt([problem('worker')])[0]?.fact).not.toContain('the worker of');
  });

  it('put the fix under each problem and count them', () => {
    const text = renderFindings(
      [
        { id: 'node-version', severity: 'ok', fact: 'Node.js 22.' },
        { id: 'restic', severity: 'problem', fact: 'No restic.', fix: 'Install it.' },
      ],
      PLAIN,
    );
    expectGolden('findings', text);
  });

  it('are broken between words under their column, and a path is never cut', () => {
    const path = `/srv/${'long-'.repeat(10)}folder`;
    const fact = `There is no folder ${path} on this host, as of 2026-11-21T03:00:00.000Z.`;
    const lines = renderFindings([{ id: 'uploads', severity: 'problem', fact }], PLAIN, 40).split(
      '\n',
    );
    expect(lines.slice(0, 3)).toEqual([
      '✗ uploads  There is no folder',
      `           ${path}`,
      '           on this host, as of',
    ]);
    expect(lines[3]).toMatch(/^ {11}2026-11-2\d \d\d:00:00\.$/);
  });
});

describe('figures', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_499, '999 kB'],
    [999_950, '1.0 MB'],
    [1_234_567_890, '1.2 GB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0.04, '0.0 s'],
    [9.99, '9.9 s'],
    [59.9, '59 s'],
    [61, '1 min 01 s'],
    [3660, '1 h 01 min'],
    [604_800, '7 d'],
    [615_600, '7 d 3 h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('a local time carries its zone, and is the same instant', () => {
    const [date, clock, zone] = formatTime(START).split(' ');
    expect(new Date(`${date ?? ''}T${clock ?? ''}${zone ?? ''}`).toISOString()).toBe(START);
  });
});
