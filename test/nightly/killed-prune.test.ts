import { KilledPrunes } from '../adapters/restic/killed-prune';
import { describeWith } from '../support/requirements';

const PLACES = 20;

describeWith(['restic'], 'a prune that is killed', () => {
  it(`leaves a whole repository at each of ${PLACES} places, and the next one ends the work`, async () => {
    const prunes = await KilledPrunes.prepare();
    try {
      const { changes } = await prunes.kill();
      expect(changes).toBeGreaterThanOrEqual(PLACES);
      let kills = 0;
      for (let place = 1; place <= PLACES; place += 1) {
        const { wasKilled } = await prunes.kill(Math.round((changes * place) / (PLACES + 1)));
        if (wasKilled) kills += 1;
      }
      expect(kills).toBe(PLACES);
    } finally {
      await prunes.remove();
    }
  });
});
