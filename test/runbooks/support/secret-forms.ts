import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How a secret may hide in a text: as it is, escaped, or encoded, wherever it begins in what was encoded. */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((offset) => alignedBase64(bytes, offset));
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    encodeURI(secret),
    new URLSearchParams({ secret }).toString().slice('secret='.length),
    bytes.toString('hex'),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return [...new Set(forms)];
}

/** Those characters of the encoding that depend on the secret alone, when it begins after so many bytes. */
function alignedBase64(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const begin = offset === 0 ? 0 : offset + 1;
  const end = Math.floor(((offset + bytes.length) * 8) / 6);
  return text.slice(begin, end);
}

/** Texts that were collected, by where each is from. */
export type Evidence = ReadonlyMap<string, Buffer>;

/** Where a secret shows: `worker.log: cGFzc3dvcmQ`. */
export function findIn(evidence: Evidence, secret: string): string[] {
  const forms = formsOf(secret).map((form) => Buffer.from(form));
  return [...evidence].flatMap(([origin, content]) =>
    forms.filter((form) => content.includes(form)).map((form) => `${origin}: ${form.toString()}`),
  );
}

/** Every file below a folder. */
export async function filesBelow(folder: string): Promise<Evidence> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(files.map(async (file) => [file, await readFile(file)] as const)),
  );
}
