import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../toolchain/find-program';
import { programs, type ProgramName } from '../../toolchain/programs';
import { ensureImages } from '../images/build-images';
import { whyNoBrowser } from './browser';
import { docker } from './docker';
import { faketimeLibrary } from './faketime';
import { serverPrograms } from './postgres-server';
import type { Lacks } from './requirements';

const PROGRAM_NAMES: readonly ProgramName[] = ['restic', 'temporal', 'compose', 'ferretdb'];

/** Finds or makes everything the suites need, sets the programs' environment variables, and says what is lacking. */
export async function prepareMachine(): Promise<Lacks> {
  const lacks: Lacks = {};
  // One after the other: a build uses all cores by itself.
  for (const name of PROGRAM_NAMES) {
    try {
      process.env[programs[name].environmentVariable] = (await findProgram(name)).path;
    } catch (error) {
      lacks[name] = (error as Error).message;
    }
  }
  const postgres = whyNoPostgres();
  if (postgres !== undefined) lacks.postgres = postgres;
  if (faketimeLibrary() === undefined)
    lacks.faketime = 'no libfaketime (apt-get install libfaketime)';
  if (spawnSync('sqlite3', ['-version']).status !== 0)
    lacks.sqlite = 'no sqlite3 (apt-get install sqlite3)';
  const browser = whyNoBrowser();
  if (browser !== undefined) lacks.chromium = browser;
  const engine = await whyNoDocker();
  if (engine !== undefined) lacks.docker = engine;
  return lacks;
}

function whyNoPostgres(): string | undefined {
  const directory = serverPrograms();
  if (directory === undefined) return 'no PostgreSQL server programs (apt-get install postgresql)';
  const missing = ['initdb', 'postgres', 'pg_dump', 'pg_restore'].filter(
    (program) => !existsSync(join(directory, program)),
  );
  return missing.length === 0 ? undefined : `no ${missing.join(', ')} in ${directory}`;
}

async function whyNoDocker(): Promise<string | undefined> {
  try {
    await docker.ping();
  } catch (error) {
    return `no Docker engine answers (${(error as Error).message})`;
  }
  try {
    await ensureImages(docker);
    return undefined;
  } catch (error) {
    return `test images cannot be built: ${(error as Error).message}`;
  }
}
