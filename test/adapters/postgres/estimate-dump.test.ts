import { describeWith } from '../../support/requirements';
import { EngineUser, newAttempt } from '../engine-user';
import { startPostgresBench, type PostgresBench } from './postgres-bench';

/** Of what a dump turns out to have. */
const WITHIN = 0.15;

const SHAPES: Readonly<Record<string, string>> = {
  'narrow rows, with indexes that are larger than they': `
    create table pairs (id int primary key, other int); create index on pairs (other, id);
    insert into pairs select n, (n * 7919) % 200000 from generate_series(1, 200000) n`,
  'wide rows of text': `
    create table pages (id bigint primary key, title text, body text, at timestamptz default now());
    insert into pages (id, title, body)
      select n, md5(n::text), repeat(md5(n::text), 20) from generate_series(1, 20000) n`,
  'identifiers and numbers': `
    create table events (id uuid default gen_random_uuid() primary key, amount float8, ok bool, seen date);
    create index on events (seen); create index on events (amount);
    insert into events (amount, ok, seen)
      select random() * 1000, n % 2 = 0, date '2026-01-01' + n % 300 from generate_series(1, 100000) n`,
};

describeWith(['postgres'], 'what a dump of a PostgreSQL database is expected to have', () => {
  let bench: PostgresBench;
  let user: EngineUser;

  beforeAll(async () => {
    bench = await startPostgresBench();
    user = new EngineUser(bench);
  });
  afterAll(() => bench.stop());

  it.each(Object.entries(SHAPES))('is within 15 %% for %s', async (_, statements) => {
    await bench.seed('sized', 'nothing');
    await bench.server.query(statements, 'sized');
    await bench.server.query('analyze', 'sized');
    const { bytes } = await user.dump('sized');
    const { parts } = await bench.engine.observe({
      site: bench.site,
      entry: bench.entry('sized'),
      attempt: newAttempt(),
    });
    const expected = parts[0]?.expectedBytes ?? 0;
    expect(Math.abs(expected / bytes.length - 1)).toBeLessThan(WITHIN);
  });
});
