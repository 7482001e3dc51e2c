import type { PawlOnThisHost } from '../../examples/demo/pawl-on-this-host';

export interface Times {
  readonly stepSeconds: number;
  readonly runSeconds: number;
}

interface Span {
  readonly startedAt: string;
  readonly endedAt: string;
}

/** How long a run that is over took, and one step of it, as `pawl show` tells. */
export async function timesOf(pawl: PawlOnThisHost, run: string, step: string): Promise<Times> {
  const { stdout } = await pawl.cli('show', run, '--json');
  const shown = JSON.parse(stdout) as Span & { steps: readonly (Span & { id: string })[] };
  const found = shown.steps.find(({ id }) => id === step);
  if (found === undefined) throw new Error(`${run} has no step ${step}: ${stdout}`);
  return { stepSeconds: secondsOf(found), runSeconds: secondsOf(shown) };
}

function secondsOf({ startedAt, endedAt }: Span): number {
  return (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
}
