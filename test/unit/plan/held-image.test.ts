import fc from 'fast-check';
import { parseImageReference } from '../../../activities/adapters/docker/image-reference';
import {
  releaseImage,
  releaseRepository,
  releaseOfTag,
} from '../../../workflows/model/release-image';

it('names the image of a release so that `docker ps` reads well', () => {
  expect(releaseImage('shop', 'api', 3)).toBe('pawl/shop-api:release-3');
  expect(releaseImage('web-shop', 'api', 3)).toBe('pawl/web-shop--api:release-3');
  expect(releaseOfTag('release-3')).toBe(3);
  expect(['latest', 'release-', 'release-03', 'release-3x'].map(releaseOfTag)).toEqual(
    Array(4).fill(undefined),
  );
});

it.each([
  [
    ['a-b', 'c'],
    ['a', 'b-c'],
  ],
  [
    ['a-b', 'c'],
    ['a', 'b--c'],
  ],
  [
    ['a', 'Api'],
    ['a', 'api'],
  ],
  [
    ['a.', 'b'],
    ['a', 'b'],
  ],
])('tells services of stacks apart that are called alike: %j, %j', (one, other) => {
  const [first, second] = [one, other].map(([stack = '', service = '']) =>
    releaseRepository(stack, service),
  );
  expect(first).not.toBe(second);
});

it('is a name that the engine takes, whatever stack and service are called', () => {
  const stack = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,62}$/);
  const service = fc.stringMatching(/^[A-Za-z0-9._-]{1,300}$/);
  const names = fc.tuple(stack, service);
  fc.assert(
    fc.property(names, names, (one, other) => {
      const name = releaseImage(...one, 7);
      expect(parseImageReference(name)).toMatchObject({ kind: 'name', tag: 'release-7' });
      expect(name.length).toBeLessThan(255);
      expect(name === releaseImage(...other, 7)).toBe(one.join('/') === other.join('/'));
    }),
  );
});
