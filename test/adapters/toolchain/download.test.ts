import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { find } from '../../../toolchain/find-program';
import { ReleaseServer } from './release-server';
import { Machine, script, tinyProgram } from './tiny-program';

let machine: Machine;
let server: ReleaseServer | undefined;
beforeEach(async () => {
  machine = await Machine.create();
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await machine.remove();
});

async function serve(content: Buffer): Promise<void> {
  server = await ReleaseServer.serving(content);
  machine.environment['PAWL_DOWNLOAD_BASE'] = server.url;
}

async function tarOf(files: Readonly<Record<string, Buffer>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return gzipSync(Buffer.concat(chunks));
}

const program = script('1.2.3');
const packers = {
  plain: () => program,
  bz2: () => execFileSync('bzip2', ['--compress'], { input: program }),
  'tar.gz': () => tarOf({ LICENSE: Buffer.from('words'), tiny: program, README: Buffer.alloc(99) }),
};

it.each(['plain', 'bz2', 'tar.gz'] as const)(
  'keeps a %s release whose checksum is right, and finds it in the cache afterwards',
  async (packing) => {
    const packed = await packers[packing]();
    await serve(packed);
    const tiny = tinyProgram({ packed, packing });
    const found = { path: machine.cached, version: '1.2.3' };
    await expect(find(tiny, machine.surroundings)).resolves.toEqual({
      ...found,
      origin: 'download',
    });
    await expect(find(tiny, machine.surroundings)).resolves.toEqual({ ...found, origin: 'cache' });
    expect(server?.requests).toBe(1);
    await expect(readdir(path.dirname(machine.cached))).resolves.toEqual(['tiny']);
  },
);

it('does not use a release whose checksum is wrong', async () => {
  await serve(script('1.2.3'));
  const tiny = tinyProgram({ packed: Buffer.from('another'), packing: 'plain' });
  await expect(find(tiny, machine.surroundings)).rejects.toThrow(/SHA-256 .*: it was not used/);
  await expect(readdir(path.dirname(machine.cached))).resolves.toEqual([]);
});

it('does not use a download that is cut off', async () => {
  const packed = Buffer.concat([program, Buffer.alloc(100_000, '#')]);
  server = await ReleaseServer.start((_request, response) => {
    response.writeHead(200, { 'content-length': packed.length });
    response.write(packed.subarray(0, 50_000), () => response.destroy());
  });
  machine.environment['PAWL_DOWNLOAD_BASE'] = server.url;
  const tiny = tinyProgram({ packed, packing: 'plain' });
  await expect(find(tiny, machine.surroundings)).rejects.toThrow(/download: .*(terminated|closed)/);
  await expect(readdir(path.dirname(machine.cached))).resolves.toEqual([]);
});

it('says so when there is no network', async () => {
  const tiny = tinyProgram({ packed: program, packing: 'plain' });
  await expect(find(tiny, machine.surroundings)).rejects.toThrow(
    /download: fetch failed: .*(ECONNREFUSED|bad port)/,
  );
});

it('says what a server answered that has no such release', async () => {
  server = await ReleaseServer.start((_request, response) => {
    response.writeHead(404).end('no');
  });
  machine.environment['PAWL_DOWNLOAD_BASE'] = server.url;
  const tiny = tinyProgram({ packed: program, packing: 'plain' });
  await expect(find(tiny, machine.surroundings)).rejects.toThrow(/tiny answered 404 Not Found/);
});

it('does not use an archive without the program, or a program that does not run', async () => {
  const packed = await tarOf({ 'bin/tiny': program });
  await serve(packed);
  await expect(
    find(tinyProgram({ packed, packing: 'tar.gz' }), machine.surroundings),
  ).rejects.toThrow('the archive holds no file tiny');
  await server?.stop();
  const broken = Buffer.from('#!/nowhere/interpreter\n');
  await serve(broken);
  await expect(
    find(tinyProgram({ packed: broken, packing: 'plain' }), machine.surroundings),
  ).rejects.toThrow(/does not run/);
  await expect(readdir(path.dirname(machine.cached))).resolves.toEqual([]);
});

it('is not tried on a platform without a checksum', async () => {
  await serve(program);
  const surroundings = { ...machine.surroundings, platform: 'darwin-arm64' as const };
  const tiny = tinyProgram({ packed: program, packing: 'plain' });
  await expect(find(tiny, surroundings)).rejects.toThrow('download: no checksum for darwin-arm64');
  expect(server?.requests).toBe(0);
});
