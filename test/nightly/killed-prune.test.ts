import { killPrune } from '../adapters/restic/killed-prune';
import { describeWith } from '../support/requirements';

const PLACES = 20;

describeWith(['restic'], 'a prune that is killed', () => {
  it(`leaves a whole repository at each of ${PLACES} places, and the next one ends the work`, async () => {
    const { changes } = await killPrune(undefined);
    expect(changes).toBeGreaterThanOrEqual(PLACES);
    const kills: boolean[] = [];
    for (let place = 1; place <= PLACES; place += 1) {
      const after = Math.max(1, Math.round((changes * place) / (PLACES + 1)));
      kills.push((await killPrune(after)).wasKilled);
    }
    expect(kills.filter(Boolean).length).toBeGreaterThanOrEqual(PLACES - 2);
  });
});
