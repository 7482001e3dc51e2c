import type { CopyDescription, StackDescription } from '../../workflows/model/stack';
import { AdapterError } from '../ports/adapter-error';

/** Throws: PreconditionFailed (the stack has no copy of this name) */
export function requireCopy(
  { name: stack, copies = [] }: StackDescription,
  name: string,
): CopyDescription {
  const copy = copies.find((one) => one.name === name);
  if (copy !== undefined) return copy;
  throw new AdapterError('PreconditionFailed', `${stack} has no copy called ${name}`, {
    advice: '`copies` of the stack file names them.',
  });
}

/** A repository's complaint is told of the copy: its advice names keys of `repository`. */
export async function ofCopy<Answer>(
  { name }: CopyDescription,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AdapterError)) throw error;
    const { kind, message, evidence } = error;
    const advice = evidence.advice
      ?.replace(/`repository\.(?=url|password|environment)/g, `\`copies.${name}.`)
      .replace('`pawl backup --init` creates it', `\`copies.${name}.initialise: true\` creates it`);
    const told = { ...evidence, ...(advice !== undefined && { advice }) };
    throw new AdapterError(kind, message, told, {
      cause: error,
      final: error.isFinal,
    });
  }
}
