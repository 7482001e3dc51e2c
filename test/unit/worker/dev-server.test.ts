import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { devServerCommand } from '../../../worker/server/dev-server';

const COMMAND = devServerCommand({
  program: 'temporal',
  stateDirectory: '/state',
  port: 7233,
  namespace: 'default',
});

describe('the dev server', () => {
  it('hands steps on as fast as the production server of the Compose file', () => {
    const limits = Object.entries(productionConfig()).filter(([key]) => key.endsWith('MaxPollRPS'));
    expect(limits).toHaveLength(3);
    for (const [key, [setting]] of limits) {
      expect(valuesOf('--dynamic-config-value')).toContain(`${key}=${String(setting?.value)}`);
    }
  });

  it('writes through to the disk before it answers, into a log beside its database', () => {
    expect(valuesOf('--sqlite-pragma')).toEqual(['journal_mode=wal']);
  });
});

function valuesOf(flag: string): readonly (string | undefined)[] {
  return COMMAND.flatMap((word, at) => (word === flag ? [COMMAND[at + 1]] : []));
}

function productionConfig(): Record<string, { value: unknown }[]> {
  const file = join(__dirname, '../../../docker-compose.temporal.yml');
  const compose = parse(readFileSync(file, 'utf8'), { merge: true }) as {
    services: { temporal: { environment: { DYNAMIC_CONFIG: string } } };
  };
  return parse(compose.services.temporal.environment.DYNAMIC_CONFIG) as Record<
    string,
    { value: unknown }[]
  >;
}
