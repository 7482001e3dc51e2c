import { BSON } from 'mongodb';
import { ReplicaSet } from './replica-set';
import { document, element } from './wire-server';
(async () => {
  const s = await ReplicaSet.start();
  const docs: Buffer[] = [];
  for (let i = 0; i < 4000; i++) docs.push(Buffer.from(BSON.serialize({ _id: i, when: new Date(), city: `city ${i}`, at: [Math.random(), Math.random()], note: Math.random().toString(36).repeat(60), n: { a: 1, b: 'zwei' } })));
  const batch = (f: string, id: number) => {
    const arr = document(docs.map((r, i) => element(3, String(i), r)));
    const idb = Buffer.alloc(8); idb.writeInt32LE(id);
    const rest = Buffer.from(BSON.serialize({ ns: 'big.c0' }));
    return document([element(3, 'cursor', document([element(4, f, arr), element(18, 'id', idb), rest.subarray(4, -1)])), Buffer.from(BSON.serialize({ ok: 1 })).subarray(4, -1)]);
  };
  const first = batch('firstBatch', 9), next = batch('nextBatch', 9), last = batch('nextBatch', 0);
  s.add('c0', []);
  const TOTAL = Number(process.argv[2]); let left = 0;
  s.intercept = ({ name }) => { s.commands.length = 0;
    if (name === 'find') { left = TOTAL; return first as never; }
    if (name === 'getMore') { left--; return (left > 0 ? next : last) as never; }
    return undefined; };
  console.log(s.port);
})();
