import { AdapterError } from '../../ports/adapter-error';
import { dockerStatus } from './docker-status';

/**
 * Why a registry gave no image. The engine passes its words on, most often with status 500 of its own, so the words are
 * what there is to go by.
 */
export interface RegistryFailure {
  readonly why: 'unknown' | 'refused' | 'away' | 'full' | 'other';
  /** The engine's words. */
  readonly reason: string;
}

/** In this order: Docker Hub says "denied" also of what it does not have, and "not found" of names in DNS is none. */
const WORDS: readonly (readonly [RegistryFailure['why'], RegExp])[] = [
  ['full', /no space left on device|disk quota exceeded/i],
  ['away', /\bdial\b|\blookup\b|no such host|i\/o timeout|timeout exceeded|deadline exceeded/i],
  ['away', /connection re(fused|set)|\bEOF\b|broken pipe|TLS handshake|toomanyrequests/i],
  ['away', /received unexpected HTTP status: 5\d\d|server misbehaving|service unavailable/i],
  ['refused', /unauthorized|authentication required|no basic auth|denied|forbidden/i],
  ['unknown', /manifest unknown|name unknown|not found|does not exist/i],
];

/** Undefined for an error that is none of the registry's: the engine itself is away. */
export function registryFailure(error: unknown): RegistryFailure | undefined {
  const status = dockerStatus(error);
  if (status === undefined) return undefined;
  return explain(wordsOf(error), status);
}

/** Also for what comes as a line of a pull's progress, without a status. */
export function explain(reason: string, status?: number): RegistryFailure {
  const [why] = WORDS.find(([, words]) => words.test(reason)) ?? [byStatus(status)];
  return { why, reason };
}

function byStatus(status: number | undefined): RegistryFailure['why'] {
  if (status === 401 || status === 403) return 'refused';
  return status === 404 ? 'unknown' : 'other';
}

/** `attempted` names the image. */
export function registryError({ why, reason }: RegistryFailure, attempted: string): AdapterError {
  const text = `${attempted}: ${reason}`;
  switch (why) {
    case 'refused':
      return new AdapterError('CredentialsRejected', text, {
        advice: 'Run `docker login` for this registry as the user of the worker.',
      });
    case 'away':
      return new AdapterError('ServiceUnavailable', text);
    case 'full':
      return new AdapterError('CommandFailed', text, {
        advice:
          'Free space where the engine keeps its images: `docker system df` shows what is there.',
      });
    case 'unknown':
      return new AdapterError('PreconditionFailed', text);
    case 'other':
      return new AdapterError('CommandFailed', text);
  }
}

function wordsOf(error: unknown): string {
  const { json, message } = error as { json?: { message?: unknown } | null; message: string };
  const words = json?.message;
  return (typeof words === 'string' ? words : message).trim();
}
