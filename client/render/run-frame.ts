import { createColors } from 'picocolors';
import type { RunView, StepView } from '../follow/run-view';
import type { Colours } from '../terminal/output';
import { cut, formatCount, formatDuration, printable, withLocalTimes, wrap } from './format';
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
  // Drawn over itself: no line may be longer than the terminal is wide.
  const text = `waiting for ${withLocalTimes(printable(waitingFor))}`;
  return wrap(text, width).map((line) => colours.yellow(cut(line, width)));
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

function renderStep(step: StepView, width: number, now: number, colours: Colours): string[] {
  const title = `  ${MARKS[step.state]} ${printable(step.title)}`;
  const duration = step.state === 'waiting' ? '' : stepDuration(step, now);
  const end = duration === '' ? '' : ` (${duration})`;
  const facts = step.state === 'running' ? describeTransfer(step) : [describeResult(step)];
  const room = width - Array.from(title + end).length;
  const lines = [paint(step, cut(title + fitting(facts, room) + end, width), colours)];
  const retry = step.state === 'running' ? describeRetry(step) : '';
  if (retry) lines.push(colours.yellow(cut(`      ${retry}`, width)));
  return lines;
}

/** As many facts as there is room for: the last ones give way, not the duration after them. */
function fitting(facts: readonly string[], room: number): string {
  const text = facts.filter(Boolean).join(', ');
  if (text === '') return '';
  if (text.length + 2 <= room || facts.length === 1) return `: ${text}`;
  return fitting(facts.slice(0, -1), room);
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

/** Finished steps give way first, then those that wait; what runs is always in sight. */
function fold(steps: readonly StepView[], blocks: readonly string[][], room: number): string[] {
  if (blocks.flat().length <= room) return blocks.flat();
  const spare = Math.max(0, room - 2);
  const important = steps.map(({ state }) => state === 'running' || state === 'failed');
  const kept = blocks.filter((_, index) => important[index]).flat();
  const hidden = (from: StepView['state'][]) =>
    steps.filter(({ state }) => from.includes(state)).length;
  const done = hidden(['done', 'skipped', 'undone']);
  const toCome = hidden(['waiting']);
  return [
    ...(done > 0 ? [`  ${MARKS.done} ${formatCount(done, 'step')} finished`] : []),
    ...kept.slice(0, spare),
    ...(toCome > 0 ? [`  ${MARKS.waiting} ${formatCount(toCome, 'step')} to come`] : []),
  ];
}
