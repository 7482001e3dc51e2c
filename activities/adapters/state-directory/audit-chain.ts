import { createHash } from 'node:crypto';
import { AdapterError } from '../../ports/adapter-error';
import type { AuditEntry } from '../../ports/audit-record';

/*
 * A line is an entry's JSON with two more fields at its end:
 *   "previous"  the hash of the line before, 64 zeros in the first line
 *   "hash"      SHA-256 of the line as it is without this field
 * So whoever changes, removes or inserts a line must change all that follow it.
 */

const FIRST = '0'.repeat(64);
const LINE = /^(\{.*),"hash":"([0-9a-f]{64})"\}$/;

export interface AuditChain {
  readonly entries: readonly AuditEntry[];
  /** What the next line must name. */
  readonly lastHash: string;
  /** Octets of whole lines: what follows was torn by a crash and never acknowledged. */
  readonly wholeBytes: number;
}

/** Throws: InternalError that names the line where the chain is broken. */
export function readChain(file: string, content: Buffer): AuditChain {
  const lines = wholeLines(content);
  const wholeBytes = content.lastIndexOf(0x0a) + 1;
  const entries: AuditEntry[] = [];
  let lastHash = FIRST;
  for (const [index, line] of lines.entries()) {
    const { entry, hash } = readLine(line, lastHash, `${file}:${index + 1}`);
    entries.push(entry);
    lastHash = hash;
  }
  return { entries, lastHash, wholeBytes };
}

/** Without what a crash has torn. */
export function wholeLines(content: Buffer): string[] {
  return content.toString('utf8').split('\n').slice(0, -1);
}

export function nextLine(entry: AuditEntry, previous: string): string {
  const body = JSON.stringify({ ...entry, previous });
  return `${body.slice(0, -1)},"hash":"${sha256(body)}"}\n`;
}

function readLine(
  line: string,
  previous: string,
  where: string,
): { entry: AuditEntry; hash: string } {
  const [, head, hash] = LINE.exec(line) ?? [];
  if (head === undefined || hash === undefined)
    throw broken(where, 'it is not a line of an audit record');
  if (sha256(`${head}}`) !== hash) throw broken(where, 'its hash differs: the line was changed');
  const entry = parseEntry(line);
  if (entry === undefined) throw broken(where, 'it is not a line of an audit record');
  if (entry.previous === previous) return { entry, hash };
  throw broken(where, 'it does not follow the line before: a line was removed or inserted');
}

function parseEntry(line: string): (AuditEntry & { previous: string }) | undefined {
  try {
    const entry = JSON.parse(line) as Partial<AuditEntry & { previous: string }>;
    const isEntry = typeof entry.run === 'string' && typeof entry.runKey === 'string';
    return isEntry ? (entry as AuditEntry & { previous: string }) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function broken(where: string, reason: string): AdapterError {
  const advice =
    'Nothing more is recorded until somebody has looked. Put a good copy of the file in its place, or move it away: a new one is begun.';
  return new AdapterError('InternalError', `The audit record is broken at ${where}: ${reason}`, {
    advice,
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
