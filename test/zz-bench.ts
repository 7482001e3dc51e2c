import { createFilesEngine } from '../activities/adapters/files/create-files-engine';
import { createContainers } from '../activities/adapters/docker/create-containers';
import { hostRunner } from '../activities/adapters/process/run-command';
import Dockerode from 'dockerode';
import { pipeline } from 'node:stream/promises';
import { restoreTarget } from '../workflows/model/restore-target';
const engine = createFilesEngine({ hostRunner, containers: createContainers({ docker: new Dockerode() }) });
const att = { signal: new AbortController().signal, onProgress: () => {}, owner: 'x' };
(async () => {
  for (const [path, service] of [['big'], ['small'], ['/data/big', 'api'], ['/data/small', 'api']] as [string, string?][]) {
    const site = { stack: 's', directory: '/tmp/fdbench', compose: { files: [], project: 'fdbench' }, secret: async () => '' };
    const entry = { name: 'b', engine: 'files' as const, path, exclude: [], ...(service ? { service } : {}) };
    let t = Date.now(); let peak = 0; const iv = setInterval(() => { peak = Math.max(peak, process.memoryUsage.rss()); }, 20);
    const o = await engine.observe(site, entry, att); const ob = Date.now() - t;
    t = Date.now(); const c0 = process.cpuUsage();
    const s = await engine.dump(site, entry, o.parts[0]!.part, att); let n = 0;
    for await (const c of s.stream) n += (c as Buffer).length;
    const f = await s.finish(); const sec = (Date.now() - t) / 1000; const c1 = process.cpuUsage(c0);
    console.log(path, 'observe', ob, 'ms; dump', (n / 1e6 / sec).toFixed(0), 'MB/s', sec.toFixed(2), 's, cpu', ((c1.user + c1.system) / 1e6).toFixed(2), 'peak rss', (peak / 1e6).toFixed(0), f.contents[0]!.rows);
    if (!service) {
      const target = restoreTarget('restore/' + path, 1);
      t = Date.now(); await engine.prepare(site, entry, o.parts[0]!.part, target, att);
      const src = await engine.dump(site, entry, o.parts[0]!.part, att); const sink = await engine.receive(site, entry, o.parts[0]!.part, target, att);
      await pipeline(src.stream, sink.stream); await sink.finish(); console.log(' copy', (Date.now() - t) / 1000);
      t = Date.now(); const d = await engine.digest(site, entry, o.parts[0]!.part, target, f.contents, att); console.log(' digest', (Date.now() - t) / 1000, d[0]!.digest === f.contents[0]!.digest);
      t = Date.now(); console.log(await engine.swap(site, entry, o.parts[0]!.part, target, att), ' swap', (Date.now() - t) / 1000);
    }
    clearInterval(iv);
  }
})();
