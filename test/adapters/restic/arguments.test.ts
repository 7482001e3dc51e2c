import {
  backupArguments,
  catIndexArguments,
  checkArguments,
  configArguments,
  connectionArguments,
  dumpArguments,
  findBlobsArguments,
  forgetArguments,
  initArguments,
  listIndexArguments,
  listLocksArguments,
  lockArguments,
  pruneArguments,
  statsArguments,
  snapshotArguments,
  snapshotsArguments,
  treeBackupArguments,
  treeDumpArguments,
  treeListArguments,
  treeRestoreArguments,
  unlockArguments,
} from '../../../activities/adapters/restic/arguments';
import { streamPath, streamTags } from '../../../activities/adapters/restic/labels';
import { repositoryLocation } from '../../../activities/adapters/restic/location';
import { labelOf } from './fixtures';

test('says to restic what pawl means', () => {
  const label = labelOf(`we"ird, --/🙂`);
  const lines = [
    backupArguments({
      path: streamPath(label),
      stack: label.stack,
      tags: streamTags(label, 'u-1'),
      takenAt: '2026-08-21T12:00:00.123+02:00',
    }),
    snapshotsArguments([streamTags(labelOf(), 'u-1')]),
    snapshotsArguments([['a', 'b'], ['c']]),
    snapshotsArguments([]),
    dumpArguments('f00d', '/accounts.dump', true),
    dumpArguments('f00d', '/accounts.dump', false),
    treeBackupArguments(
      { path: '-rf', stack: 'melvin', tags: ['a'], takenAt: '2026-08-21T10:00:00Z' },
      ['/srv/**/*.tmp'],
    ),
    treeRestoreArguments('f00d', true),
    treeDumpArguments('f00d', false),
    treeListArguments('f00d', '/uploads/-a'),
    snapshotArguments('f00d'),
    configArguments(),
    initArguments(),
    unlockArguments(),
    listLocksArguments(),
    lockArguments('beef'),
  ];
  expect(lines.map((line) => line.join(' '))).toEqual([
    'backup --json --retry-lock=5s --stdin --stdin-filename=we%22ird%2C%20--%2F%F0%9F%99%82.dump --host=melvin ' +
      '--time=2026-08-21 10:00:00.123 --tag=pawl-part --tag=stack:melvin --tag=run:key-1 ' +
      '--tag=part:we%22ird%2C%20--%2F%F0%9F%99%82 --tag=upload:u-1',
    'snapshots --json --no-lock --tag=pawl-part,stack:melvin,run:key-1,part:accounts,upload:u-1',
    'snapshots --json --no-lock --tag=a,b --tag=c',
    'snapshots --json --no-lock',
    'dump --json --retry-lock=5s -- f00d /accounts.dump',
    'dump --json --no-lock -- f00d /accounts.dump',
    'backup --json --retry-lock=5s --no-scan --group-by=host,paths --host=melvin ' +
      '--time=2026-08-21 10:00:00.000 --tag=a --exclude=/srv/**/*.tmp -- ./-rf',
    'restore --json --retry-lock=5s --sparse --target=. -- f00d',
    'dump --json --no-lock --archive=tar -- f00d /',
    'ls --json --no-lock -- f00d /uploads/-a',
    'cat --json --no-lock -- snapshot f00d',
    'cat config --json --no-lock',
    'init --json --repository-version=2',
    'unlock --json',
    'list locks --no-lock',
    'cat --json --no-lock -- lock beef',
  ]);
});

test('gives long names a path of their own that fits a file system', () => {
  const paths = ['a', 'b'].map((end) => streamPath(labelOf('名'.repeat(200) + end)));
  expect(new Set(paths).size).toBe(2);
  for (const path of paths) expect(path.length).toBeLessThan(255);
});

test.each([
  ['backups', '/opt/melvin/backups', '/opt/melvin/backups'],
  ['../backups', '/opt/backups', '/opt/backups'],
  ['/srv/backup', '/srv/backup', '/srv/backup'],
  ['local:backups', '/opt/melvin/backups', '/opt/melvin/backups'],
  ['odd:name', '/opt/melvin/odd:name', '/opt/melvin/odd:name'],
  ['s3:s3.example.com/bucket', 's3:s3.example.com/bucket', undefined],
  ['sftp:ops@host:backups', 'sftp:ops@host:backups', undefined],
  ['rest:https://host/melvin', 'rest:https://host/melvin', undefined],
])('takes %s for %s', (url, expected, folder) => {
  expect(repositoryLocation(url, '/opt/melvin')).toEqual(
    folder === undefined ? { url: expected } : { url: expected, folder },
  );
});

test('lets no ssh of an sftp repository wait for ever, and says nothing to other kinds', () => {
  expect(connectionArguments(['sftp:ops@nas:/srv/melvin'])).toEqual([
    '-o',
    'sftp.args=-o ConnectTimeout=20 -o ServerAliveInterval=30 -o ServerAliveCountMax=10',
  ]);
  expect(connectionArguments(['rest:http://nas/'])).toEqual([]);
});

test('says to restic what upkeep means', () => {
  const lines = [
    forgetArguments(['f00d', 'beef']),
    pruneArguments('50G'),
    pruneArguments('0'),
    checkArguments({ slice: 3, of: 28 }, false),
    checkArguments(undefined, true),
    statsArguments([['a', 'b'], ['c']]),
    findBlobsArguments('data', ['f00d']),
    findBlobsArguments('tree', ['f00d', 'beef']),
    listIndexArguments(),
    catIndexArguments('beef'),
  ];
  expect(lines.map((line) => line.join(' '))).toEqual([
    'forget --json --retry-lock=5s -- f00d beef',
    'prune --retry-lock=5s --max-unused=5% --max-repack-size=50G',
    'prune --retry-lock=5s --max-unused=5% --max-repack-size=0',
    'check --json --no-lock --read-data-subset=3/28',
    'check --json --retry-lock=5s',
    'stats --json --no-lock --mode=raw-data --tag=a,b --tag=c',
    'find --json --no-lock --blob -- f00d',
    'find --json --no-lock --tree -- f00d beef',
    'list index --no-lock',
    'cat --json --no-lock -- index beef',
  ]);
});
