import type { PinnedImage, ReleaseDiff } from '../../workflows/model/release';
import type { Colours } from '../terminal/output';
import { shortImage } from './image';
import { renderTable } from './table';

/** Images first, then the Compose models as `diff -u` shows them. */
export function renderReleaseDiff(
  { from, to, images, lines }: ReleaseDiff,
  colours: Colours,
  width = Infinity,
): string {
  if (images.length + lines.length === 0) {
    return `Release ${from} and release ${to} are the same.`;
  }
  const rows = images.map((image) => [image.service, imageWords(image.from), imageWords(image.to)]);
  return [
    ...(rows.length > 0
      ? [renderTable(['service', `in ${from}`, `in ${to}`], rows, width), '']
      : []),
    colours.bold(`--- release ${from}`),
    colours.bold(`+++ release ${to}`),
    ...lines.map((line) => paint(visible(line), colours)),
  ].join('\n');
}

function imageWords(image: PinnedImage | undefined): string {
  return image === undefined ? '-' : shortImage(image);
}

/** Indentation has a meaning here; characters that move the cursor have none. */
function visible(line: string): string {
  return line.replaceAll('\t', '  ').replace(/\p{Cc}/gu, '\u{fffd}');
}

function paint(line: string, { green, red, dim }: Colours): string {
  if (line.startsWith('+')) return green(line);
  if (line.startsWith('-')) return red(line);
  return line.startsWith('@@') ? dim(line) : line;
}
