import { readFile } from 'node:fs/promises';
import type { ComposeModel, ReleaseModel } from '../../ports/compose';
import { fields, parse } from './resolve-project';

export async function releaseModel(release: ReleaseModel): Promise<ComposeModel> {
  return parse('file' in release ? await readFile(release.file, 'utf8') : release.text);
}

/**
 * A release's model, with the env files of `services` alone: Compose reads those of all of them, and what a profile that
 * is not active names may be missing.
 */
export function withEnvFilesOf(model: ComposeModel, services: readonly string[]): ComposeModel {
  const kept = Object.entries(fields(model['services'])).map(([name, service]) => {
    const { env_file: _, ...rest } = fields(service);
    return [name, services.includes(name) ? service : rest] as const;
  });
  return { ...model, services: Object.fromEntries(kept) };
}
