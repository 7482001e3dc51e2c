import { z } from 'zod';

/*
 * What restic prints with --json, as far as it is used (restic manual, "Scripting"). Unknown messages are ignored, as
 * the manual asks.
 */

export interface BackupSummary {
  readonly message_type: 'summary';
  readonly snapshot_id: string;
  readonly total_bytes_processed: number;
  readonly total_files_processed: number;
}

export interface Lock {
  readonly time: string;
  readonly exclusive: boolean;
  readonly hostname: string;
  readonly username: string;
  readonly pid: number;
}

const lockSchema = z.object({
  time: z.string(),
  exclusive: z.boolean().default(false),
  hostname: z.string(),
  username: z.string(),
  pid: z.number(),
});

/** Of `restic cat lock`; undefined for what is none. */
export function parseLock(text: string): Lock | undefined {
  try {
    return lockSchema.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The summary that a backup prints as its last line. */
export function findSummary(output: string): BackupSummary | undefined {
  return output
    .split('\n')
    .map(parseSummary)
    .findLast((summary) => summary !== undefined);
}

export function parseSummary(line: string): BackupSummary | undefined {
  const message = parseMessage(line);
  if (message?.message_type !== 'summary') return undefined;
  const { snapshot_id: id, total_bytes_processed: bytes, total_files_processed: files } = message;
  if (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id)) return undefined;
  if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes)) return undefined;
  return {
    message_type: 'summary',
    snapshot_id: id,
    total_bytes_processed: bytes,
    total_files_processed: typeof files === 'number' ? files : 0,
  };
}

/** How far a command has come, of the line that it prints each second. */
export function parseStatus(
  line: string,
): { readonly bytes: number; readonly files: number } | undefined {
  const message = parseMessage(line);
  if (message?.message_type !== 'status') return undefined;
  const { bytes_done: saved, files_done: files, bytes_restored: restored } = message;
  const { files_restored: restoredFiles } = message;
  return { bytes: Number(saved ?? restored ?? 0), files: Number(files ?? restoredFiles ?? 0) };
}

/** What restic could not read or write, of its line on standard error. */
export function parseItemError(
  line: string,
): { readonly item: string; readonly text: string } | undefined {
  const message = parseMessage(line);
  if (message?.message_type !== 'error') return undefined;
  const { error, item } = message;
  const text = (error as { readonly message?: unknown } | undefined)?.message;
  return { item: textOf(item), text: textOf(text) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Where in restic's source an error was made: a function's name, then its file, for each call. */
const GO_STACK = /\n\S+\n\t\S+\.go:\d+[\s\S]*$/;

/** Why restic ended, from its last words on standard error. */
export function lastWords(stderrTail: string): string {
  const lines = stderrTail.split('\n').filter((line) => line.trim() !== '');
  const fatal = lines.map(parseMessage).findLast((event) => event?.message_type === 'exit_error');
  const words = typeof fatal?.['message'] === 'string' ? fatal['message'] : (lines.at(-1) ?? '');
  return words
    .replace(/^(Fatal: )+/, '')
    .replace(GO_STACK, '')
    .trim();
}

/** What a line on standard error says, whether it is JSON or not. */
export function messageOf(line: string): string {
  const text = parseMessage(line)?.['message'];
  return typeof text === 'string' ? text : line;
}

interface Message {
  readonly message_type: string;
  readonly [field: string]: unknown;
}

function parseMessage(line: string): Message | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line) as Partial<Message> | null;
    return typeof value?.message_type === 'string' ? (value as Message) : undefined;
  } catch {
    // A library's own line that happens to begin with a brace, or one cut in two.
    return undefined;
  }
}
