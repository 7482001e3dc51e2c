import type { Release, ReleaseDiff, ReleaseList } from '../../workflows/model/release';
import { AdapterError } from '../ports/adapter-error';
import { compareModels } from '../containers/compare-models';
import type { HostPorts } from '../ports/host-ports';
import { runStep, type StepInput } from '../frame/run-step';

/** Temporal takes no payload above 2 MiB. */
const MOST_BYTES = 1.5 * 1024 ** 2;

export interface DiffReleasesInput extends StepInput {
  readonly from: number;
  /** The current one when absent. */
  readonly to?: number;
}

/**
 * Compares two releases: their images, and the projects that they were made of line by line, without secrets.
 * Shape:  { stack, from, to } → { from, to, images, lines }; lines as `diff -u` has them, without its two head lines
 * Retry:  safe; reads only
 * Throws: PreconditionFailed (no such release, or none is current)
 */
export const diffReleases =
  (ports: HostPorts) =>
  (input: DiffReleasesInput): Promise<ReleaseDiff> =>
    runStep(ports, input, { phase: 'compare releases' }, async () => {
      const { releases } = ports.release;
      const stack = input.stack.name;
      const stored = await releases.list(stack);
      const from = releaseNumbered(stack, stored, input.from);
      const to = releaseNumbered(stack, stored, input.to ?? currentOf(stack, stored));
      const [old, young] = [
        await releases.readModel(stack, from.number),
        await releases.readModel(stack, to.number),
      ];
      return {
        ...{ from: from.number, to: to.number, images: changedImages(from, to) },
        lines: compareModels(old, young, { mostBytes: MOST_BYTES }),
      };
    });

function currentOf(stack: string, { current }: ReleaseList): number {
  if (current !== undefined) return current;
  throw new AdapterError('PreconditionFailed', `no release of ${stack} is the current one`, {
    advice: 'Name both: `pawl releases diff A B`; `pawl releases` lists them.',
  });
}

function releaseNumbered(stack: string, { releases }: ReleaseList, number: number): Release {
  const found = releases.find((release) => release.number === number);
  if (found !== undefined) return found;
  const kept = releases.map((release) => release.number).join(', ');
  throw new AdapterError('PreconditionFailed', `${stack} has no release ${number}, or no longer`, {
    advice: kept === '' ? '`pawl deploy` makes the first release.' : `Kept are ${kept}.`,
  });
}

function changedImages(from: Release, to: Release): ReleaseDiff['images'] {
  const imageIn = ({ services }: Release, name: string) =>
    services.find(({ service }) => service === name)?.image;
  const names = new Set([...from.services, ...to.services].map(({ service }) => service));
  return [...names].flatMap((service) => {
    const [old, young] = [imageIn(from, service), imageIn(to, service)];
    if (old?.pinned === young?.pinned) return [];
    return [{ service, ...(old && { from: old }), ...(young && { to: young }) }];
  });
}
