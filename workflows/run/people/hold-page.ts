import type { HeldStep } from '../../model/hold';
import { escapeMarkdown, firstCharacters, pageTime } from '../markdown';

const STEPS_SHOWN = 3;
const FAILURE_SHOWN = 400;

/** What a run's page in Temporal's UI says while steps are held: what failed, and how to decide, there and in a terminal. */
export function holdLines(run: string, held: readonly HeldStep[]): string {
  const more = held.length - STEPS_SHOWN;
  const [{ ways } = { ways: [] }] = held;
  return [
    ...held.slice(0, STEPS_SHOWN).map(describe),
    ...(more > 0 ? [`and ${more} more`] : []),
    `\`pawl resolve ${run} ${ways.join('|')}\`, or here: send the Update \`resolve\` with`,
    `\`{"by": "YOUR NAME", "way": "${ways[0] ?? ''}", "message": "why"}\``,
    '',
  ].join('\n\n');
}

function describe({ title, failure, since, values }: HeldStep): string {
  const known = Object.entries(values).map(([name, value]) => `${name} = ${value}`);
  const correctable = known.length === 0 ? '' : ` A retry may correct ${known.join(', ')}.`;
  return `**Held** since ${pageTime(since)}: ${escapeMarkdown(firstCharacters(`${title}: ${failure}`, FAILURE_SHOWN))}.${correctable}`;
}
