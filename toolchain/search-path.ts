import { access, constants, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Program } from './program';

/** Every executable of that name on PATH (and in Docker's plugin folders), in the order a shell would take them. */
export async function executablesOnPath(
  program: Program,
  environment: Readonly<NodeJS.ProcessEnv>,
): Promise<string[]> {
  const folders = (environment['PATH'] ?? '').split(path.delimiter).filter((folder) => folder);
  if (program.dockerPlugin === true) folders.push(...dockerPluginFolders(environment));
  const candidates = folders.map((folder) => path.resolve(folder, program.executable));
  const executable = await Promise.all(candidates.map(isExecutable));
  return [...new Set(candidates.filter((_, place) => executable[place]))];
}

export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    // Absent, unreadable and not executable are one answer here; who asks says what it looked for.
    return false;
  }
}

/** Source: docker/cli, cli-plugins/manager: a plugin is an executable that also runs by itself. */
function dockerPluginFolders(environment: Readonly<NodeJS.ProcessEnv>): string[] {
  const home = environment['HOME'] ?? os.homedir();
  return [
    path.join(environment['DOCKER_CONFIG'] ?? path.join(home, '.docker'), 'cli-plugins'),
    '/usr/local/lib/docker/cli-plugins',
    '/usr/local/libexec/docker/cli-plugins',
    '/usr/lib/docker/cli-plugins',
    '/usr/libexec/docker/cli-plugins',
  ];
}
