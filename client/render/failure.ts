import type { RunView, StepView } from '../follow/run-view';
import type { RunFailure } from '../temporal/read-failure';
import { formatDuration, printable, withLocalTimes } from './format';

/** Step, cause, present state, next command: the four things asked at night. */
export function renderFailure(view: RunView, failure: RunFailure): string {
  const step = failedStep(view, failure);
  const rows: [string, string][] = [
    ['step', step ? stepWords(step) : (failure.step ?? '')],
    ['cause', `${causeWords(failure, step)}${commandWords(failure)}`],
    ['tool', toolWords(failure)],
    ['state', failure.state ?? view.stateNow ?? stateWords(view)],
    ['next', failure.advice ?? adviceFor(view.run, failure.type)],
  ];
  const told = rows.filter(([, text]) => text !== '');
  return [
    `${view.run} ${endWords(failure.type)}`,
    ...told.map(([name, text]) => `  ${name.padEnd(6)} ${text.replaceAll('\n', '\n         ')}`),
  ].join('\n');
}

function endWords(type: string): string {
  switch (type) {
    case 'Cancelled':
      return 'was cancelled';
    case 'Terminated':
      return 'was terminated';
    default:
      return `failed: ${type}`;
  }
}

/** What helps with most failures of a type; the step itself knew nothing better. */
function adviceFor(run: string, type: string): string {
  switch (type) {
    case 'CredentialsRejected':
      return 'Check the user, its password and its rights; `pawl doctor` tries them.';
    case 'ServiceUnavailable':
      return '`pawl doctor` says what is away. Start the run again when it is back.';
    case 'Cancelled':
      return 'Start it again if it is still wanted.';
    case 'PreconditionFailed':
      return '`pawl doctor` checks the stack file against what is there.';
    default:
      return `\`pawl logs ${run}\` shows it attempt by attempt.`;
  }
}

/** The one that the message begins with; else the first to fail: the others were cancelled because of it. */
function failedStep({ steps }: RunView, failure: RunFailure): StepView | undefined {
  const told = steps.find(
    ({ state, title }) => state === 'failed' && failure.message.startsWith(`${title}: `),
  );
  if (told !== undefined) return told;
  return steps.find(({ state, id }) => state === 'failed' || id === failure.step);
}

function stepWords({ title, id }: StepView): string {
  return `${printable(title)} (${printable(id)})`;
}

/** The run's own message begins with the step, which has a line of its own here. */
function causeWords({ message }: RunFailure, step: StepView | undefined): string {
  const prefix = `${step?.title ?? ''}: `;
  const cause = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  return withLocalTimes(printable(cause));
}

function commandWords({ evidence, message }: RunFailure): string {
  const { exitCode, signal, elapsedSeconds } = evidence;
  const said = (words: RegExp): boolean => words.test(message);
  const words = [
    ...(typeof exitCode === 'number' && !said(/exit code/) ? [`exit code ${exitCode}`] : []),
    ...(signal ? [`ended by ${signal}`] : []),
    ...(elapsedSeconds === undefined || said(/after [\d.]+ s/)
      ? []
      : [`after ${formatDuration(elapsedSeconds)}`]),
  ];
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

function toolWords({ evidence }: RunFailure): string {
  const lines = (evidence.stderrTail ?? '').trim().split('\n').slice(-5);
  const said = lines.map((line) => printable(messageIn(line))).filter(Boolean);
  if (!evidence.argv?.length) return said.join('\n');
  return [printable(evidence.argv.join(' ')), ...said.map((line) => `| ${line}`)].join('\n');
}

/** restic and others write their errors as JSON: the message is what a person wants. */
function messageIn(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const { message } = JSON.parse(line) as { readonly message?: unknown };
    return typeof message === 'string' ? message : line;
  } catch {
    return line; // Not JSON, or cut off.
  }
}

/** What the steps themselves tell, when the failure said nothing of it. Looking and recording change nothing. */
function stateWords({ steps }: RunView): string {
  const changing = steps.filter(({ id }) => !id.startsWith('observe') && id !== 'record');
  const titles = (wanted: string) =>
    changing.filter(({ state }) => state === wanted).map(({ title }) => printable(title));
  const undone = titles('undone');
  const done = titles('done');
  if (undone.length > 0) return `Undone: ${undone.join('; ')}.`;
  return done.length === 0 ? '' : `Done before: ${done.join('; ')}.`;
}
