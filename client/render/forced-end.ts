import type { ForcedEnd } from '../../workflows/model/forced-end';
import { printable } from './format';

export function forcedEndLines({ run, services, left }: ForcedEnd): readonly string[] {
  return [
    `${run} was ended by force. What it had begun and not undone stays as it is.`,
    ...services.map(({ service, slot, release, putBack }) =>
      putBack
        ? `All requests of ${service} go to ${slot} again, release ${release}.`
        : `All requests of ${service} go to ${slot}, release ${release}, as before.`,
    ),
    ...left.map((fact) => `Left: ${printable(fact)}.`),
  ];
}
