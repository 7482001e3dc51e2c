import { dependencyNote } from '../../activities/containers/dependency-note';

const running = { state: 'running', exitCode: 0 };
const ended = (exitCode: number) => ({ state: 'exited', exitCode });

describe('A service that a released one depends on', () => {
  it.each([
    ['runs', [running], false],
    ['has ended well, as it should', [ended(0)], true],
    ['is still at its one run', [running], true],
  ])('is not told when it %s', (_, containers, runsOnce) => {
    expect(dependencyNote('init', containers, { runsOnce })).toBeUndefined();
  });

  it.each([
    ['does not run', [ended(0)], false],
    ['does not run', [], false],
    ['has not run yet', [], true],
    ['has not run yet', [{ state: 'created', exitCode: 0 }], true],
    ['ended with exit code 3', [ended(3)], true],
  ])('is told when it %s', (said, containers, runsOnce) => {
    expect(dependencyNote('init', containers, { runsOnce })).toContain(`Service init ${said}`);
  });
});
