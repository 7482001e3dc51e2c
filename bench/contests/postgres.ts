import type { Contest } from '../support/contest';
import { client, postgresEntry, startPgbench } from '../support/pgbench';
import { resticInto, secondsOfPipeline } from '../support/pipeline';

export async function postgresContest(scale: number): Promise<Contest> {
  const bench = await startPgbench(scale);
  const { server, database, bytes } = bench;
  const dump = client(server, 'pg_dump', '-Fc', '-Z0', database);
  return {
    title: 'PostgreSQL',
    bytes,
    raw: {
      title: 'pg_dump -Fc -Z0 | restic backup --stdin',
      seconds: async (repository) => secondsOfPipeline(dump, await resticInto(repository)),
    },
    ways: {
      'pawl, transfer alone': { entry: postgresEntry(bench, false), atMost: 1.05 },
      'pawl, with row digests': { entry: postgresEntry(bench, true), atMost: 1.2 },
      'pawl backup, the command': { entry: postgresEntry(bench, false), atMost: 1.25, whole: true },
    },
    secrets: { BENCH_DATABASE_PASSWORD: server.password },
    stop: () => server.stop(),
  };
}
