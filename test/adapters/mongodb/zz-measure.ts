import { spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { once } from 'node:events';
import { startFerretdb } from '/work/main/test/support/ferretdb-server';
import { withDb, engine, entryAt, partOf, site } from '/work/main/test/adapters/mongodb/mongodb-bench';
import { bareDriverLoop } from '/work/main/test/adapters/mongodb/bare-driver-loop';
import { newAttempt } from '/work/main/test/adapters/engine-user';
import { mkdtempSync, rmSync } from 'node:fs';
import { Writable } from 'node:stream';
const restic = '/root/.cache/pawl/manual/restic';
const N = Number(process.argv[2] ?? 300_000), C = Number(process.argv[3] ?? 1);
(async () => {
  const server = await startFerretdb();
  try {
    await withDb(server, 'big', async (db) => {
      for (let c = 0; c < C; c++) for (let i = 0; i < N / C; i += 2000) {
        const docs = Array.from({ length: 2000 }, (_, k) => ({ _id: (i + k) as never, when: new Date(), city: `city ${i + k}`, at: [Math.random(), Math.random()], note: Math.random().toString(36).repeat(60), n: { a: 1, b: 'zwei' } }));
        await db.collection('c' + c).insertMany(docs);
      }
    });
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
    for (const sinkName of ['nothing', 'restic']) {
      const times: Record<string, number[]> = { bare: [], pawl: [] };
      for (let round = 0; round < 3; round++) for (const kind of ['bare', 'pawl']) {
        const { stream, done } = await sinks[sinkName]!();
        let bytes = 0; let peak = 0;
        const mem = setInterval(() => { peak = Math.max(peak, process.memoryUsage().rss); }, 50);
        const t0 = performance.now();
        if (kind === 'bare') { const s = bareDriverLoop(server.url, 'big'); s.on('data', (c) => { bytes += c.length; }); s.pause(); await pipeline(s, stream); }
        else { const src = await engine.dump(site, entryAt(server.port, 'big'), partOf({ into: 'big' }).part, newAttempt()); src.stream.on('data', (c) => { bytes += c.length; }); src.stream.pause(); await pipeline(src.stream, stream); await src.finish(); await src.abort(); }
        await done; clearInterval(mem);
        const s = (performance.now() - t0) / 1000; times[kind]!.push(s);
        console.log(sinkName, kind, s.toFixed(2), 's', (bytes / 1e6).toFixed(0), 'MB rss', (peak / 1e6).toFixed(0));
      }
      const med = (a: number[]) => a.sort((x, y) => x - y)[1]!;
      console.log(sinkName, 'ratio of medians', (med(times['pawl']!) / med(times['bare']!)).toFixed(2));
    }
  } finally { await server.stop(); }
})();
