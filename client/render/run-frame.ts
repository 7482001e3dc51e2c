import { createColors } from 'picocolors';
import type { RunView, StepView } from '../follow/run-view';
import type { Colours } from '../terminal/output';
import { cut, formatCount, formatDuration, printable, withLocalTimes, wrapHard } from './format';
import { describeResult, describeRetry, describeTransfer, MARKS, stepDuration } from './steps';

export interface Screen {
  /** Columns. */
  readonly width: number;
  /** Lines; a frame higher than the terminal could not be drawn over. */
  readonly height?: number;
  readonly colours?: Colours;
}

/** The lines that show a run at one moment. Pure: `now` is in milliseconds since 1970. */
export function renderRun(view: RunView, screen: Screen, now: number): string[] {
  const colours = screen.colours ?? createColors(false);
  const head = [headline(view, screen.width, now, colours)];
  const foot = [...omitted(view, colours), ...waiting(view, screen.width, colours)];
  const room = (screen.height ?? Infinity) - head.length - foot.length;
  const blocks = view.steps.map((step) => renderStep(step, screen.width, now, colours));
  return [...head, ...fold(view.steps, blocks, room), ...foot];
}

function omitted({ omittedSteps = 0 }: RunView, colours: Colours): string[] {
  if (omittedSteps === 0) return [];
  return [colours.dim(`    and ${formatCount(omittedSteps, 'step')} more`)];
}

function waiting({ waitingFor }: RunView, width: number, colours: Colours): string[] {
  if (waitingFor === undefined) return [];
  const text = `waiting for ${withLocalTimes(printable(waitingFor))}`;
  return hanging('', text, width).map((line) => colours.yellow(line));
}

function headline(view: RunView, width: number, now: number, colours: Colours): string {
  const since = view.startedAt === undefined ? undefined : Date.parse(view.startedAt);
  const until = view.endedAt === undefined ? now : Date.parse(view.endedAt);
  const words = [view.run, view.runbook ?? '', stateWords(view)];
  if (since !== undefined) words.push(formatDuration((until - since) / 1000));
  return colours.bold(cut(words.filter(Boolean).join('  '), width));
}

function stateWords({ status, phase, behind }: RunView): string {
  if (status === 'queued') {
    return behind.length === 0 ? 'about to start' : `waits behind ${behind.join(', ')}`;
  }
  if (status !== 'running') return status;
  if (phase === 'hold') return 'held';
  return phase === 'approve' ? 'waits for approval' : (phase ?? 'starting');
}

/** A line of it, and what is more below it, broken between words. */
function renderStep(step: StepView, width: number, now: number, colours: Colours): string[] {
  const title = printable(step.title);
  const duration = step.state === 'waiting' ? '' : stepDuration(step, now);
  const end = duration === '' ? '' : ` (${duration})`;
  const mark = `  ${MARKS[step.state]} `;
  const room = width - Array.from(mark + title + end).length;
  const told = step.state === 'running' ? fitting(describeTransfer(step), room) : result(step);
  const lines = hanging(mark, title + told + end, width).map((one) => paint(step, one, colours));
  const retry = step.state === 'running' ? describeRetry(step) : '';
  if (retry === '') return lines;
  return [...lines, ...hanging('      ', retry, width).map((one) => colours.yellow(one))];
}

/** As many facts as there is room for: the last ones give way, not the duration after them. */
function fitting(facts: readonly string[], room: number): string {
  const text = facts.join(', ');
  if (text === '') return '';
  if (text.length + 2 <= room || facts.length === 1) return `: ${text}`;
  return fitting(facts.slice(0, -1), room);
}

function result(step: StepView): string {
  const text = describeResult(step);
  return text === '' ? '' : `: ${text}`;
}

/** Drawn over itself: no line may be longer than the terminal is wide. */
function hanging(mark: string, text: string, width: number): string[] {
  const indent = ' '.repeat(mark.length);
  return wrapHard(text, Math.max(1, width - mark.length)).map(
    (line, index) => `${index === 0 ? mark : indent}${line}`,
  );
}

function paint({ state }: StepView, line: string, colours: Colours): string {
  switch (state) {
    case 'done':
      return colours.green(line);
    case 'failed':
      return colours.red(line);
    case 'undone':
      return colours.yellow(line);
    case 'running':
      return line;
    case 'waiting':
    case 'skipped':
      return colours.dim(line);
  }
}

/**
 * As much as there is room for, in the order of time: what runs and what failed first of all, then what ended last and what
 * comes next in turn. What has no room is counted, before and after.
 */
function fold(steps: readonly StepView[], whole: readonly string[][], room: number): string[] {
  if (whole.flat().length <= room) return whole.flat();
  // One long failure must not hide all else.
  const blocks = whole.map((lines) => lines.slice(0, Math.max(2, Math.floor(room / 3))));
  const isToCome = steps.map(({ state }) => state === 'waiting');
  const kept = new Set<number>();
  let spare = Math.max(0, room - 2);
  for (const index of byImportance(steps)) {
    const lines = blocks[index]?.length ?? 0;
    if (lines > spare) break;
    spare -= lines;
    kept.add(index);
  }
  const left = steps.map((_, index) => index).filter((index) => !kept.has(index));
  const done = left.filter((index) => isToCome[index] !== true).length;
  const toCome = left.length - done;
  return [
    ...(done > 0 ? [`  ${MARKS.done} ${formatCount(done, 'step')} before`] : []),
    ...blocks.filter((_, index) => kept.has(index)).flat(),
    ...(toCome > 0 ? [`  ${MARKS.waiting} ${formatCount(toCome, 'step')} to come`] : []),
  ];
}

/** What ended is worth twice what comes: of that a person only wants to know what is next. */
function byImportance(steps: readonly StepView[]): readonly number[] {
  const all = steps.map((_, index) => index);
  const of = (...states: StepView['state'][]) =>
    all.filter((index) => states.includes(steps[index]?.state ?? 'waiting'));
  const ended = of('done', 'skipped', 'undone').reverse();
  const toCome = of('waiting');
  const rest: number[] = [];
  while (ended.length + toCome.length > 0) {
    rest.push(...ended.splice(0, 2), ...toCome.splice(0, 1));
  }
  return [...of('running').reverse(), ...of('failed').reverse(), ...rest];
}
