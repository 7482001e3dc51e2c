import type { ChannelAnswer } from '../../workflows/model/audience';
import type { Colours } from '../terminal/output';
import { printable } from './format';

/** What each channel answered, and under it what mends one that was not told. */
export function renderAnswers(answers: readonly ChannelAnswer[], colours: Colours): string {
  const { green, red, bold } = colours;
  return answers
    .flatMap(({ channel, kind, told, answer, advice }) => [
      `${told ? green('✓') : red('✗')} ${bold(channel)} (${kind}): ${printable(answer)}`,
      ...(advice === undefined ? [] : [`    → ${printable(advice)}`]),
    ])
    .join('\n');
}
