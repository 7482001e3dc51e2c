import { isLayered, mountsInside } from '../../../activities/adapters/engines/files/mounts';
import { framesOf, moves } from '../../../activities/adapters/engines/files/frames';

/** `id parent device root point options - type source options`, as proc(5) has it. */
const HOST = [
  '20 1 8:1 / / rw - ext4 /dev/sda rw',
  '21 20 8:1 /srv/share /srv/app/data/share rw - ext4 /dev/sda rw',
  '22 20 0:30 / /srv/app/data/deep/a\\040b rw - tmpfs tmpfs rw',
  '23 22 0:31 / /srv/app/data/deep/a\\040b/inner rw - tmpfs tmpfs rw',
  '24 20 0:32 / /srv/app/database rw - tmpfs tmpfs rw',
].join('\n');

const CONTAINER = [
  '90 80 0:50 / / rw - overlay overlay rw',
  '91 90 8:1 /srv/app/data /site rw - ext4 /dev/sda rw',
  '92 91 8:1 /var/volumes/nested /site/nested rw - ext4 /dev/sda rw',
  '93 91 8:1 /home/config.ini /site/config.ini rw - ext4 /dev/sda rw',
].join('\n');

describe('what is mounted in a folder', () => {
  it('is told by relative paths, of mounts in mounts the outer one, and nothing beside the folder', () => {
    expect(mountsInside('/srv/app/data', HOST)).toEqual(['deep/a b', 'share']);
    expect(mountsInside('/srv/app/data/share', HOST)).toEqual([]);
    expect(mountsInside('/srv/app/data/deep/a b', HOST)).toEqual(['inner']);
    expect(mountsInside('/site', CONTAINER)).toEqual(['config.ini', 'nested']);
    expect(mountsInside('/anything', '')).toEqual([]);
  });

  it('is found on the host also where only a container has mounted it', () => {
    expect(mountsInside('/srv/app/data', HOST, [CONTAINER])).toEqual([
      'config.ini',
      'deep/a b',
      'nested',
      'share',
    ]);
  });

  it('keeps the folders on its way, and moves all else in them', () => {
    const frames = framesOf(['config.ini', 'deep/a b']);
    expect(frames.map(({ path }) => path)).toEqual(['', 'deep']);
    const names = ['config.ini', 'deep', 'file', '.pawl_before_1', 'a b'];
    const moved = frames.map((frame) => names.filter((name) => moves(frame, name)));
    expect(moved).toEqual([
      ['file', 'a b'],
      ['config.ini', 'deep', 'file', '.pawl_before_1'],
    ]);
  });

  it('tells a container’s own layers from a volume', () => {
    expect(isLayered('/etc', CONTAINER)).toBe(true);
    expect(isLayered('/site', CONTAINER)).toBe(false);
  });
});
