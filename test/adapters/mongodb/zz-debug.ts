import { startMongodbBench } from './mongodb-bench';
import { EngineUser } from '../engine-user';
import { restoreTarget } from '../../../workflows/model/restore-target';
(async () => {
  const bench = await startMongodbBench();
  const user = new EngineUser(bench);
  const t0 = performance.now();
  const log = (m: string) => console.log(Math.round(performance.now() - t0), m);
  try {
    const name = process.argv[2] ?? 'melvin';
    await bench.seed(name, 'some'); log('seeded');
    const dump = await user.dump(name); log('dumped ' + dump.bytes.length);
    await bench.change(name);
    const target = restoreTarget(name, 1);
    await bench.engine.prepare(bench.site, dump.entry, dump.part, target, { signal: new AbortController().signal, onProgress() {}, owner: 'x' }); log('prepared');
    await user.restoreBeside(dump, target); log('restored');
    await user.digest(dump, target); log('digested');
    await user.swap(dump, target); log('swapped');
    await user.discardKept(dump, target); log('discarded');
    await bench.remove(name); log('removed');
  } catch (e) { console.log(e); }
  await bench.stop(); log('stopped');
})();
