import { stuckAdvice, type Stuck } from '../temporal/judge-stuck';
import type { ProofSummary } from '../../workflows/model/proof';
import type { Drift } from '../../workflows/model/serving';
import { isOfARun } from '../../workflows/release/drifts';
import { behind } from '../../workflows/stack/plan-admission';
import type { PersonWait } from '../follow/waiting-words';
import type { KnownPoint } from '../status/newest-points';
import type { StackStatus } from '../status/gather-status';
import type { Untold } from '../temporal/untold';
import type { QueuedRun, QueueState } from '../../workflows/model/queue';
import type { Colours } from '../terminal/output';
import {
  formatAge,
  formatBytes,
  formatCount,
  formatTime,
  printable,
  withLocalTimes,
  wrap,
} from './format';
import { describeMaintenance } from '../runbooks/maintenance/render';
import { describeCopy } from './copies';
import { partialRemark } from './points';
import { describeUntold, untoldAdvice } from './untold';
import { lastWords, nextWords } from './schedules';
import { conditionOf, describeServing, driftsOf, driftWords } from './serving';

type Paint = (text: string) => string;

/** One fact of a stack: its name, what is so, and whether somebody should look. */
type Fact = readonly [name: string, text: string, paint?: Paint];

const COLUMN = 12;

/** Pure: `now` is in milliseconds since 1970. */
export function renderStatus(
  status: StackStatus,
  colours: Colours,
  now: number,
  width = Infinity,
): string {
  const { bold, red, green, yellow, dim } = colours;
  const { stack, host, worker, lastRun, link } = status;
  const facts: Fact[] = [
    ...status.versions.map((text): Fact => ['versions', text, yellow]),
    ...status.stuck.map((one): Fact => ['cannot go on', stuckText(one), red]),
    ...status.frozen.map(({ runbook, window }): Fact => ['frozen', `${runbook}: ${window}`, red]),
    ...servingFacts(status, { now, red }),
    ...maintenanceFacts(status, red),
    ...status.untold.map((one): Fact => ['not told', untoldText(one), red]),
    ...status.waits.map((wait): Fact => ['waits for', waitText(wait), yellow]),
    ...queueFacts(status, red),
    ...pointFacts(status, now, red),
    ...copyFacts(status, now, red),
    ...scheduleFacts(status, now, { red, yellow }),
    ...(lastRun === undefined || lastRun.outcome === 'running'
      ? []
      : [['last run', `${lastRun.run} ${lastRun.runbook}, ${lastRun.outcome}`] as const]),
    ['see', link, dim],
  ];
  return [
    `${bold(stack)}  host ${host}, worker ${worker ? green('connected') : red('away')}`,
    ...facts.flatMap((fact) => factLines(fact, width)),
  ].join('\n');
}

function untoldText(untold: Untold): string {
  return `${describeUntold(untold)}. ${untoldAdvice(untold)}`;
}

function stuckText(stuck: Stuck): string {
  return `${stuck.run} ${stuck.runbook}: ${stuck.reason}. ${stuckAdvice(stuck)}`;
}

/** The name in a column of its own, the text beside it, broken between words. */
function factLines([name, text, paint = (plain) => plain]: Fact, width: number): string[] {
  const indent = ' '.repeat(COLUMN + 4);
  const lines = wrap(withLocalTimes(printable(text)), width - indent.length);
  return lines.map((line, index) =>
    paint(index === 0 ? `  ${name.padEnd(COLUMN)}  ${line}` : `${indent}${line}`),
  );
}

function servingFacts(status: StackStatus, { now, red }: { now: number; red: Paint }): Fact[] {
  const { releases, warm = [], servingUnknown } = status;
  const unknown: Fact[] =
    servingUnknown === undefined ? [] : [['serves', `not known: ${servingUnknown}`]];
  if (releases === undefined) return unknown;
  const current = releases.releases.find(({ number }) => number === releases.current);
  if (current === undefined) return [['serves', 'no release yet: `pawl deploy` makes the first']];
  const since = `since ${formatAge(current.releasedAt, now)}`;
  const until = warm.map((slot) => slot.until).sort()[0];
  const before = warm[0] === undefined ? '' : `, release ${warm[0].release} is warm`;
  const rest = until === undefined ? '' : `${before} until ${formatTime(until)}`;
  const wrong = driftsNow(status);
  if (releases.serving === undefined || wrong.length > 0) {
    return [
      ['current', `release ${current.number}, ${since}${rest}`],
      ...unknown,
      ...(releases.serving?.services ?? [])
        .filter(({ should }) => should !== undefined)
        .map((state): Fact => ['serves', describeServing(state)]),
      ...wrong.map((drift): Fact => ['wrong', driftWords(drift), red]),
    ];
  }
  const services = current.services.map(({ service, slot }) => {
    const state = releases.serving?.services.find((one) => one.service === service);
    const condition = (state?.serves ?? []).map(conditionOf).join('');
    return `${service}${slot === undefined ? '' : ` in ${slot}`}${condition}`;
  });
  return [['serves', `release ${current.number}: ${services.join(', ')}, ${since}${rest}`]];
}

/** They give a release its share of the requests. */
const CHANGES: readonly string[] = ['deploy', 'rollback'];

/** What is not as it should be, but for what a run brings about that is at work. */
function driftsNow(status: StackStatus): readonly Drift[] {
  const { serving } = status.releases ?? {};
  return serving === undefined ? [] : driftsOf(serving).filter((drift) => counts(status, drift));
}

/** Which services are not as they should be; `edge` among them. */
export function driftingNow(status: StackStatus): readonly string[] {
  const { services = [], edge } = status.releases?.serving ?? {};
  const names = services
    .filter(({ drifts }) => drifts.some((drift) => counts(status, drift)))
    .map(({ service }) => service);
  return edge !== undefined && counts(status, edge) ? [...names, 'edge'] : names;
}

function counts({ queue }: StackStatus, drift: Drift): boolean {
  // Until it has recorded what Compose runs, that has the place of each switch.
  if (queue?.running.some(({ runbook }) => runbook === 'forget') === true) return false;
  const isChanging = queue?.running.some(({ runbook }) => CHANGES.includes(runbook)) === true;
  return !(isChanging && isOfARun(drift));
}

function maintenanceFacts({ maintenance, worker }: StackStatus, red: Paint): Fact[] {
  // Of a worker that is away the first line tells.
  if (!maintenance) return worker ? [['maintained', 'not known: the host did not say']] : [];
  return maintenance.map((service) => {
    const hidden = service.shown
      ? ''
      : '; users do not get the page, since its switch does not run';
    return ['maintained', `${describeMaintenance(service)}${hidden}`, red];
  });
}

function waitText({ run, text, command }: PersonWait): string {
  return `${run} waits for ${text}. Answer with \`${command}\``;
}

function queueFacts({ queue, open, waits }: StackStatus, red: Paint): Fact[] {
  if (!queue) {
    const begun = open.map(({ run, runbook, startedAt }): Fact => {
      return [
        'open',
        `${run} ${runbook}, started ${formatTime(startedAt)}; no worker answers for it`,
      ];
    });
    return [...begun, ['queue', 'not known: no worker answers']];
  }
  const { freeze, running, waiting, stack } = queue;
  const waited = new Set(waits.map(({ run }) => run));
  const goesOn = running.filter(({ number }) => !waited.has(`${stack}/${number}`));
  const frozen = freeze && `${freeze.message} (${freeze.by}, ${formatTime(freeze.since)})`;
  return [
    ...(frozen === undefined ? [] : [['frozen', frozen, red] as const]),
    ...goesOn.map((run): Fact => ['running', describeRun(stack, run)]),
    ...waiting.map((run): Fact => ['queued', `${describeRun(stack, run)}${ahead(queue, run)}`]),
    ...(running.length + waiting.length === 0 ? [['queue', 'empty'] as const] : []),
  ];
}

function describeRun(stack: string, { number, runbook, requestedBy, since }: QueuedRun): string {
  return `${stack}/${number} ${runbook}, since ${formatTime(since)}, by ${requestedBy}`;
}

function ahead({ stack, running, waiting, freeze }: QueueState, { number }: QueuedRun): string {
  const before = behind(running, waiting, number).map((other) => `${stack}/${other}`);
  if (before.length > 0) return `, behind ${before.join(', ')}`;
  return freeze === undefined ? '' : ', until `pawl unfreeze`';
}

function pointFacts({ points }: StackStatus, now: number, red: Paint): Fact[] {
  const { from, whole, partial, proof, repositoryUnread } = points;
  const silent = repositoryUnread === undefined ? '; the host did not say' : '';
  const remembered = from === 'runs' ? ` (by the runs that Temporal knows${silent})` : '';
  // Where the repository is not known to be there, only `--init` is sure to lead to a point.
  const first = from === 'runs' ? 'pawl backup --init' : 'pawl backup';
  return [
    ...(repositoryUnread === undefined ? [] : [['repository', repositoryUnread, red] as const]),
    whole === undefined
      ? ['whole point', `none${remembered}: \`${first}\` makes one`]
      : ['whole point', `${describePoint(whole, now)}${remembered}`],
    ...(partial === undefined
      ? []
      : [['partial one', `${describePoint(partial, now)}${partialRemark(partial)}`] as const]),
    ...(proof === undefined ? [] : [provedFact(proof, now, red)]),
  ];
}

function copyFacts({ copies = [], copiesUnknown }: StackStatus, now: number, red: Paint): Fact[] {
  const unknown: Fact[] =
    copiesUnknown === undefined ? [] : [['copies', `not known: ${copiesUnknown}`, red]];
  const told = copies.map((copy): Fact => {
    const { text, lags } = describeCopy(copy, now);
    return lags ? ['copy', text, red] : ['copy', text];
  });
  return [...unknown, ...told];
}

function provedFact(proof: ProofSummary, now: number, red: Paint): Fact {
  const of = `${proof.pointId}, ${formatAge(proof.provedAt, now)} (${proof.drill})`;
  if (!proof.ok) return ['proof FAILED', `${of}, at ${printable(proof.failed ?? 'a gate')}`, red];
  return ['proved', `${of}, by ${proof.gates.join(', ')}${proof.whole ? '' : '; not all of it'}`];
}

/** A pause may be forgotten, and a failure at night be seen by nobody. */
function scheduleFacts(
  { schedules = [] }: StackStatus,
  now: number,
  { red, yellow }: { readonly red: Paint; readonly yellow: Paint },
): Fact[] {
  return schedules.map((one): Fact => {
    const text = `${one.runbook}, next: ${nextWords(one)}; last: ${lastWords(one.last, now)}`;
    const why = [text, ...(one.last?.remarks ?? [])].join('; ');
    const failed = one.last !== undefined && !ENDED_WELL.includes(one.last.outcome);
    if (failed) return ['schedule', why, red];
    return one.paused ? ['schedule', why, yellow] : ['schedule', why];
  });
}

const ENDED_WELL: readonly string[] = ['done', 'running', 'covered'];

/** `a1b2c3d4, 2 h ago (melvin/41): 2 parts, 1.2 GB` */
function describePoint({ id, takenAt, parts, bytes, run }: KnownPoint, now: number): string {
  const size =
    parts === undefined || bytes === undefined
      ? ''
      : `: ${formatCount(parts, 'part')}, ${formatBytes(bytes)}`;
  return `${id}, ${formatAge(takenAt, now)} (${run})${size}`;
}
