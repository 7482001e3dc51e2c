import { spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Writable } from 'node:stream';
import { engine, entryAt, partOf, site } from './mongodb-bench';
import { bareDriverLoop } from './bare-driver-loop';
import { newAttempt } from '../engine-user';
const restic = '/root/.cache/pawl/manual/restic';
(async () => {
  const srv = spawn('npx', ['tsx', 'test/adapters/mongodb/zz-fast.ts', process.argv[2]!], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const port = Number(String((await once(srv.stdout, 'data'))[0]));
  const url = `mongodb://127.0.0.1:${port}/?directConnection=true`;
  const sinks: Record<string, () => Promise<{ stream: Writable; done: Promise<unknown> }>> = {
    nothing: async () => ({ stream: new Writable({ write(_c, _e, cb) { cb(); } }), done: Promise.resolve() }),
    restic: async () => {
      const repo = mkdtempSync('/tmp/mg/repo-');
      const env = { ...process.env, RESTIC_PASSWORD: 'x', RESTIC_REPOSITORY: repo, RESTIC_CACHE_DIR: repo + '-cache' };
      await once(spawn(restic, ['init', '-q'], { env }), 'exit');
      const child = spawn(restic, ['backup', '-q', '--stdin', '--stdin-filename', 'x'], { env, stdio: ['pipe', 'ignore', 'inherit'] });
      return { stream: child.stdin, done: once(child, 'exit').then(() => { rmSync(repo, { recursive: true }); rmSync(repo + '-cache', { recursive: true, force: true }); }) };
    },
  };
  try {
    for (const sinkName of ['nothing', 'restic']) {
      const times: Record<string, number[]> = { bare: [], pawl: [] };
      for (let round = 0; round < 4; round++) for (const kind of ['bare', 'pawl']) {
        const { stream, done } = await sinks[sinkName]!();
        let peak = 0;
        const mem = setInterval(() => { peak = Math.max(peak, process.memoryUsage().rss); }, 20);
        const t0 = performance.now();
        if (kind === 'bare') await pipeline(bareDriverLoop(url, 'big'), stream);
        else { const src = await engine.dump(site, entryAt(port, 'big'), partOf({ into: 'big' }).part, newAttempt()); await pipeline(src.stream, stream); const f = await src.finish(); if (round === 0) console.log(f.contents.map((c) => c.rows), f.consistency); await src.abort(); }
        await done; clearInterval(mem);
        const s = (performance.now() - t0) / 1000; times[kind]!.push(s);
        console.log(sinkName, kind, s.toFixed(2), 'rss', (peak / 1e6).toFixed(0));
      }
      const med = (a: number[]) => { a.sort((x, y) => x - y); return (a[1]! + a[2]!) / 2; };
      console.log(sinkName, 'ratio', (med(times['pawl']!) / med(times['bare']!)).toFixed(2));
    }
  } finally { process.kill(-srv.pid!, 'SIGTERM'); }
})();
