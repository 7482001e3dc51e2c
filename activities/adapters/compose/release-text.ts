import { readFile } from 'node:fs/promises';
import type { ReleaseModel } from '../../ports/compose';
import { fields, parse } from './resolve-project';

/**
 * A release's model, with the env files of `services` alone: Compose reads those of all of them, and what a profile that
 * is not active names may be missing.
 */
export async function releaseText(
  release: ReleaseModel,
  services: readonly string[],
): Promise<string> {
  const text = 'file' in release ? await readFile(release.file, 'utf8') : release.text;
  const model = parse(text);
  const kept = Object.entries(fields(model['services'])).map(([name, service]) => {
    const { env_file: _, ...rest } = fields(service);
    return [name, services.includes(name) ? service : rest] as const;
  });
  return JSON.stringify({ ...model, services: Object.fromEntries(kept) });
}
