const [QUOTE, BACKSLASH, OPEN, CLOSE] = [...Buffer.from('"\\{}')] as [
  number,
  number,
  number,
  number,
];

/** One snapshot has some hundred bytes, and some more for each path and tag. */
const LONGEST_OBJECT = 16 * 1024 * 1024;

/**
 * The texts of the objects in a JSON array, one by one, however long it is. Nothing is made of what is no object, nor of one
 * that is longer than 16 MiB.
 */
export async function* objectsIn(output: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let [depth, inString, escaped] = [0, false, false];
  let kept: Buffer[] = [];
  let keptBytes = 0;
  for await (const chunk of output) {
    let start = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      if (byte === QUOTE) inString = true;
      else if (byte === OPEN) {
        if (depth === 0) start = at;
        depth += 1;
      } else if (byte === CLOSE && depth > 0) {
        depth -= 1;
        if (depth > 0) continue;
        const object = Buffer.concat([...kept, chunk.subarray(start, at + 1)]);
        if (object.length <= LONGEST_OBJECT) yield object.toString('utf8');
        kept = [];
        keptBytes = 0;
      }
    }
    if (depth === 0) continue;
    keptBytes += chunk.length - start;
    // Only counted from here on: its end is looked for, but it is not wanted any more.
    if (keptBytes <= LONGEST_OBJECT) kept.push(Buffer.from(chunk.subarray(start)));
  }
}
