import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Package {
  readonly version: string;
  /** Where it lies. */
  readonly folder: string;
}

/** From the package's own package.json, wherever this file was built to. */
export function pawlPackage(): Package {
  for (let folder = __dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as Partial<
      Package & { name: string }
    >;
    if (name === 'pawl' && version) return { version, folder };
  }
  throw new Error(`No package.json of pawl above ${__dirname}`);
}
