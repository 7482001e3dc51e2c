import { AdapterError } from '../../ports/adapter-error';

/** Node's errors name call and path by themselves. Passes on what has no code: aborts, and our own. */
export function fileFailure(error: unknown): unknown {
  const code = codeOf(error);
  if (error instanceof AdapterError || !/^E[A-Z0-9]+$/.test(code)) return error;
  const { kind, advice } = MEANINGS[code] ?? { kind: 'CommandFailed' };
  const evidence = advice === undefined ? {} : { advice };
  return new AdapterError(kind, `On host: ${(error as Error).message}`, evidence, { cause: error });
}

interface Meaning {
  readonly kind: AdapterError['kind'];
  readonly advice?: string;
}

const REFUSED: Meaning = {
  kind: 'CredentialsRejected',
  advice: 'Run the worker as root, or as the owner of the files.',
};

const MEANINGS: Readonly<Record<string, Meaning>> = {
  EACCES: REFUSED,
  EPERM: REFUSED,
  EROFS: {
    kind: 'PreconditionFailed',
    advice: 'Mount it writable, or restore elsewhere with --into.',
  },
};

/** The same function, failing with AdapterErrors. */
export function guarded<Args extends unknown[], Answer>(
  work: (...args: Args) => Promise<Answer>,
): (...args: Args) => Promise<Answer> {
  return async (...args) => {
    try {
      return await work(...args);
    } catch (error) {
      throw fileFailure(error);
    }
  };
}

export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
