import { StackFileError } from '../../../stack-file/problem';
import { readStack } from '../../../stack-file/read-stack';
import type { LoadedStack } from '../../../stack-file/read-stack';

/** Reads a stack file from text, as if it lay in /project. */
export function read(text: string, overlay?: string): LoadedStack {
  return readStack({
    base: { name: 'pawl.yaml', text },
    ...(overlay !== undefined && { overlay: { name: 'pawl.staging.yaml', text: overlay } }),
    ownFolder: '/project',
  });
}

/** The error that reading ends with. */
export function failure(text: string, overlay?: string): StackFileError {
  try {
    read(text, overlay);
  } catch (error) {
    if (error instanceof StackFileError) return error;
    throw error;
  }
  throw new Error('was read without an error');
}

/** `line:column path: message` of each problem. */
export function problemsOf(text: string, overlay?: string): readonly string[] {
  return failure(text, overlay).message.replaceAll('pawl.yaml:', '').split('\n');
}

/** A stack file that is in order but for its entries of `protect`, which begin on line 6. */
export function withProtect(...lines: readonly string[]): string {
  return [...VALID_HEAD, 'protect:', ...lines.map((line) => `  ${line}`), ''].join('\n');
}

/** One that is in order but for these lines at its end, the first of which is line 7. */
export function withLines(...lines: readonly string[]): string {
  return [...VALID_HEAD, 'protect:', '  data: {engine: files, path: data}', ...lines, ''].join(
    '\n',
  );
}

const VALID_HEAD = [
  'stack: melvin',
  'repository:',
  '  url: /srv/backup/melvin',
  '  password: {env: BACKUP_PASSWORD}',
];
