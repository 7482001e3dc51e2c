import { observeFreshness } from '../../activities/data/observe-freshness';
import type { Repository } from '../../activities/ports/repository';
import { describePoint } from '../support/descriptions';
import { attempt, portsInMemory, STACK } from './ports-in-memory';

const PARTIAL = describePoint({ id: 'c', takenAt: '2026-01-03T00:00:00.000Z', partial: true });
const TORN = describePoint({ id: 'b', takenAt: '2026-01-02T00:00:00.000Z' });
const WHOLE = describePoint({ id: 'a', takenAt: '2026-01-01T00:00:00.000Z' });

function seen(points: readonly (typeof WHOLE)[]): Promise<unknown> {
  const repository = {
    look: () =>
      Promise.resolve({
        found: { points, unreadable: [] },
        findMissingParts: () =>
          Promise.resolve(new Map([[TORN.id, { missing: 1, missingParts: ['accounts'] }]])),
      }),
  };
  const ports = { ...portsInMemory(), openRepository: () => repository as unknown as Repository };
  return attempt(() => observeFreshness(ports)({ stack: STACK }));
}

describe('the newest recovery point that counts', () => {
  it('is of everything, and nothing of it is missing', async () => {
    await expect(seen([PARTIAL, TORN, WHOLE])).resolves.toEqual({ pointAt: WHOLE.takenAt });
  });

  it('is none where there is none', async () => {
    await expect(seen([PARTIAL, TORN])).resolves.toEqual({});
  });
});
