import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { sqlite } from './sqlite-bench';

const ACCOUNTS = 1000;
const TOTAL = ACCOUNTS * 100;

/** A bank: whatever is transferred, the balances have one sum, and each transfer has its line in the log. */
export function seedBank(file: string, { wal, megabytes }: { wal: boolean; megabytes: number }) {
  sqlite(
    file,
    `PRAGMA journal_mode = ${wal ? 'WAL' : 'DELETE'};
     CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL);
     CREATE TABLE transfer (id INTEGER PRIMARY KEY, source INTEGER, target INTEGER, amount INTEGER);
     CREATE TABLE counter (transfers INTEGER);
     CREATE TABLE ballast (id INTEGER PRIMARY KEY, bytes BLOB);
     INSERT INTO counter VALUES (0);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ACCOUNTS})
       INSERT INTO account SELECT i, 100 FROM n;
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${megabytes * 10})
       INSERT INTO ballast SELECT i, randomblob(100000) FROM n;`,
  );
}

/** What the application promises of its data; empty when it is so. */
export function brokenPromises(file: string): string[] {
  const [integrity, sum, difference] = sqlite(
    file,
    `PRAGMA integrity_check; SELECT sum(balance) FROM account;
     SELECT (SELECT count(*) FROM transfer) - (SELECT transfers FROM counter);`,
  ).split('\n');
  return [
    ...(integrity === 'ok' ? [] : [`integrity_check: ${integrity ?? ''}`]),
    ...(sum === String(TOTAL) ? [] : [`the balances have the sum ${sum ?? ''}`]),
    ...(difference === '0' ? [] : [`${difference ?? ''} transfers too many`]),
  ];
}

export interface SteadyWriter {
  readonly commits: () => number;
  /** Milliseconds that the slowest commit since the last question took. */
  worst(): number;
  stop(): Promise<void>;
}

/** Commits so many transfers a second, each waited for, by a process of its own. */
export function startWriter(file: string, commitsPerSecond: number): SteadyWriter {
  const child = spawn('sqlite3', ['-batch', '-bail', '-cmd', '.timeout 60000', file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  let commits = 0;
  let worst = 0;
  let isStopped = false;
  const working = work();

  async function work(): Promise<void> {
    const begun = performance.now();
    while (!isStopped) {
      const [source, target] = [1 + (commits % ACCOUNTS), 1 + ((commits * 7 + 3) % ACCOUNTS)];
      const before = performance.now();
      child.stdin.write(`BEGIN IMMEDIATE;
UPDATE account SET balance = balance - 1 WHERE id = ${source};
UPDATE account SET balance = balance + 1 WHERE id = ${target};
INSERT INTO transfer (source, target, amount) VALUES (${source}, ${target}, 1);
UPDATE counter SET transfers = transfers + 1;
COMMIT;
SELECT 'done';
`);
      await once(lines, 'line');
      commits += 1;
      worst = Math.max(worst, performance.now() - before);
      const due = begun + (commits * 1000) / commitsPerSecond;
      if (due > performance.now()) await sleep(due - performance.now());
    }
  }

  return {
    commits: () => commits,
    worst: () => {
      const slowest = worst;
      worst = 0;
      return slowest;
    },
    stop: async () => {
      isStopped = true;
      await working;
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}
