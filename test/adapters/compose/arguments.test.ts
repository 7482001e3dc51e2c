import {
  buildArguments,
  projectArguments,
  projectDirectory,
  pushArguments,
  releaseArguments,
  RESOLVED,
  runArguments,
  scaleArguments,
  stopArguments,
  upArguments,
  WRITTEN,
} from '../../../activities/adapters/compose/arguments';
import type { Site } from '../../../activities/ports/site';

const site = (compose?: Site['compose']): Site => ({
  ...{ stack: 'melvin', directory: '/srv/melvin', secret: () => Promise.reject(new Error('none')) },
  ...(compose === undefined ? {} : { compose }),
});

const FILES = site({ files: ['deploy/a.yaml', '/etc/b.yaml'], project: 'other' });

it.each([
  [
    'the project’s own files, found by Compose',
    projectArguments(site()),
    '--ansi never --progress plain',
  ],
  [
    'the files and the name that the stack file says',
    projectArguments(FILES),
    '--ansi never --progress plain --file /srv/melvin/deploy/a.yaml --file /etc/b.yaml --project-name other',
  ],
  [
    'a release’s file, with the project’s folder',
    releaseArguments(FILES, '/var/7/compose.yaml'),
    '--ansi never --progress plain --project-directory /srv/melvin/deploy --file /var/7/compose.yaml --project-name other',
  ],
  ['what a project comes to', RESOLVED, 'config --format json'],
  [
    'what a project has written',
    WRITTEN,
    'config --no-interpolate --no-env-resolution --format json',
  ],
  ['a build of one service', buildArguments('--push'), 'build -- --push'],
  ['a push of one service', pushArguments('api'), 'push -- api'],
  [
    'a start of nothing else',
    upArguments(['api', '--rm']),
    'up --detach --no-deps --no-build --pull never -- api --rm',
  ],
  [
    'one more of what serves',
    scaleArguments('api', { containers: 2, keeps: true }),
    'up --detach --no-deps --no-build --pull never --scale api=2 --no-recreate -- api',
  ],
  [
    'the first of what may be left of another release',
    scaleArguments('api', { containers: 1, keeps: false }),
    'up --detach --no-deps --no-build --pull never --scale api=1 -- api',
  ],
  ['a stop with a grace', stopArguments(['api'], 30), 'stop --timeout 30 -- api'],
  ['a stop with the file’s own grace', stopArguments(['api'], undefined), 'stop -- api'],
  [
    'a one-off command',
    runArguments({
      ...{ service: 'api', name: 'once', command: ['sh', '-c', 'a b'] },
      labels: { 'pawl.run': 'melvin/1', odd: 'a=b' },
    }),
    'run --detach --no-deps --no-TTY --quiet-pull --name once --label pawl.run=melvin/1 --label odd=a=b -- api sh -c a b',
  ],
])('writes %s', (_what, argv, text) => {
  expect(argv.join(' ')).toBe(text);
});

it('takes the folder of the first file for the project’s, as Compose does', () => {
  expect(projectDirectory(FILES)).toBe('/srv/melvin/deploy');
  expect(projectDirectory(site())).toBe('/srv/melvin');
});
