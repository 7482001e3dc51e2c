import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Program, Releases } from '../../../toolchain/program';
import { surroundingsOfProcess, type Surroundings } from '../../../toolchain/surroundings';

/** A program small enough to be downloaded and built in a test: it prints `tiny VERSION`. */
export function script(version: string): Buffer {
  return Buffer.from(`#!/bin/sh\necho tiny ${version}\n`);
}

export function tinyProgram(release?: { packed: Buffer; packing: Releases['packing'] }): Program {
  const sha256 = release && createHash('sha256').update(release.packed).digest('hex');
  return {
    name: 'tiny',
    executable: 'tiny',
    version: '1.2.3',
    minimumVersion: '1.2.0',
    excludedVersions: ['1.2.1'],
    environmentVariable: 'PAWL_TINY',
    versionArguments: ['--version'],
    ...(sha256 !== undefined && {
      releases: {
        packing: release?.packing ?? 'plain',
        path: () => 'someone/tiny/releases/download/v1.2.3/tiny',
        sha256: { 'linux-amd64': sha256 },
      },
    }),
    build: { module: 'tiny', package: '.', linkerFlags: '-s -w -X main.version=1.2.3' },
  };
}

/** A machine of its own: nothing on PATH, an empty cache, no module, no network. */
export class Machine {
  readonly reported: string[] = [];
  readonly environment: NodeJS.ProcessEnv;

  private constructor(readonly directory: string) {
    this.environment = {
      PATH: this.file('bin'),
      HOME: directory,
      PAWL_CACHE_DIR: this.file('cache'),
      PAWL_DOWNLOAD_BASE: 'http://127.0.0.1:9',
    };
  }

  static async create(): Promise<Machine> {
    return new Machine(await mkdtemp(path.join(tmpdir(), 'pawl-toolchain-')));
  }

  get surroundings(): Surroundings {
    return surroundingsOfProcess({
      environment: this.environment,
      modulesDirectory: this.file('modules'),
      platform: 'linux-amd64',
      report: (line) => this.reported.push(line),
    });
  }

  get cached(): string {
    return this.file('cache/programs/tiny-1.2.3-linux-amd64/tiny');
  }

  file(name: string): string {
    return path.join(this.directory, name);
  }

  async put(name: string, content: Buffer | string): Promise<string> {
    const file = this.file(name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content, { mode: 0o755 });
    return file;
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
