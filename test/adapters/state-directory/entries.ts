import type { AuditEntry } from '../../../activities/ports/audit-record';

export function entryOf(number: number, change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    run: `melvin/${number}`,
    runKey: `key-${number}`,
    stack: 'melvin',
    runbook: 'backup',
    requestedBy: 'ops',
    trigger: 'cli',
    planHash: 'abc',
    outcome: 'done',
    summary: 'Stored 3 parts. "hash":"naïve 🙂"}\n',
    at: '2026-08-21T10:00:00.000Z',
    ...change,
  };
}
