/*
 * What restic prints with --json, as far as it is used (restic manual, "Scripting"). Unknown messages are ignored, as
 * the manual asks.
 */

export interface BackupSummary {
  readonly message_type: 'summary';
  readonly snapshot_id: string;
  readonly total_bytes_processed: number;
}

export interface Snapshot {
  readonly id: string;
  readonly short_id: string;
  readonly time: string;
  readonly tags?: readonly string[];
  readonly summary?: { readonly total_bytes_processed: number };
}

export interface Lock {
  readonly time: string;
  readonly exclusive: boolean;
  readonly hostname: string;
  readonly username: string;
  readonly pid: number;
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
  return message as unknown as BackupSummary;
}

/** Why restic ended, from its last words on standard error. */
export function lastWords(stderrTail: string): string {
  const lines = stderrTail.split('\n').filter((line) => line.trim() !== '');
  const fatal = lines.map(parseMessage).findLast((event) => event?.message_type === 'exit_error');
  const words = typeof fatal?.['message'] === 'string' ? fatal['message'] : (lines.at(-1) ?? '');
  return words.replace(/^(Fatal: )+/, '').trim();
}

interface Message {
  readonly message_type: string;
  readonly [field: string]: unknown;
}

function parseMessage(line: string): Message | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line) as Partial<Message>;
    return typeof value.message_type === 'string' ? (value as Message) : undefined;
  } catch {
    // A library's own line that happens to begin with a brace, or one cut in two.
    return undefined;
  }
}
