import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  ServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { ClientError } from '../client-error';
import { EXIT_CODES, exitCodeOfFailure } from '../exit-codes';
import { OTHER_KEY, readFailure, SEALED_WORDS } from './read-failure';
import type { Complaint } from './server-complaint';

interface Server {
  readonly address: string;
  readonly namespace: string;
  /** Something takes connections there, by a look taken after the error. */
  readonly isThere?: boolean;
}

// gRPC's status codes, by number: @grpc/grpc-js is no dependency of ours.
const AWAY_CODES: readonly number[] = [4 /* DEADLINE_EXCEEDED */, 14 /* UNAVAILABLE */];
const REFUSED_CODES: readonly number[] = [7 /* PERMISSION_DENIED */, 16 /* UNAUTHENTICATED */];

const NOT_FOUND = 5;

/** Nobody answered: the call may have arrived or not. Asking again is safe where the call is idempotent. */
export function isAway(error: unknown): boolean {
  if (error instanceof ClientError) return error.reason === 'server-away' || isStuck(error);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isNotReady(error)) return true;
  const code = grpcCode(error);
  return code !== undefined && AWAY_CODES.includes(code);
}

/** The server is there, and can do nothing. Whatever was asked has not been taken. */
export function isStuck(error: unknown): boolean {
  return error instanceof ClientError && error.reason === 'server-stuck';
}

export function serverStuck(
  cause: unknown,
  { address }: Pick<Server, 'address'>,
  { words, advice }: Complaint,
): ClientError {
  return new ClientError(
    EXIT_CODES.unavailable,
    `The Temporal server at ${address} cannot work: ${words}.`,
    { advice, reason: 'server-stuck', cause },
  );
}

/** Of a run that no worker can answer for; others are answered for. */
export function cannotAnswer(error: unknown): boolean {
  return error instanceof ClientError && error.reason === 'cannot-answer';
}

export function isNotFound(error: unknown): boolean {
  if (error instanceof WorkflowNotFoundError) return true;
  return grpcCode(error) === NOT_FOUND && !isNamespaceMissing(error);
}

/** Calls of the raw service tell it in words only. */
function isNamespaceMissing(error: unknown): boolean {
  if (error instanceof NamespaceNotFoundError) return true;
  const told = isGrpcServiceError(error) && /\bnamespace\b.*not found/i.test(error.details);
  return told && grpcCode(error) === NOT_FOUND;
}

/** What Temporal's client threw, as a sentence with an exit code; what is unknown stays as it is. */
export function asClientError(error: unknown, server: Server): unknown {
  if (error instanceof ClientError) return error;
  if (isNamespaceMissing(error)) return namespaceMissing(error, server);
  if (error instanceof WorkflowUpdateFailedError || error instanceof WorkflowFailedError) {
    return refusal(error);
  }
  if (isAway(error)) return serverAway(error, server);
  const lost = lostRun(error);
  if (lost !== undefined) return lost;
  if (error instanceof QueryNotRegisteredError && error.message === SEALED_WORDS) {
    return unanswered(error);
  }
  const code = grpcCode(error);
  return code !== undefined && REFUSED_CODES.includes(code) ? rejected(error, server) : error;
}

const FAILED_PRECONDITION = 9;

/** A run whose workflow code no worker has any more, or that the code there is does not fit: no query of it is answered. */
function lostRun(error: unknown): ClientError | undefined {
  const message = error instanceof Error ? error.message : '';
  const deep =
    error instanceof ServiceError && error.cause instanceof Error ? error.cause.message : '';
  const isUnfit = [message, deep].some((text) => text.includes('TMPRL1100'));
  if (!isUnfit && grpcCode(error) !== FAILED_PRECONDITION) return undefined;
  const why = isUnfit
    ? 'The workflow code of the workers does not fit it.'
    : 'No worker that is connected has the workflow code it began under.';
  return new ClientError(EXIT_CODES.unavailable, why, {
    advice: 'See `pawl help upgrading`.',
    reason: 'cannot-answer',
    cause: error,
  });
}

/** A worker's reasons not to answer a question reach no client in words. */
function unanswered(cause: unknown): ClientError {
  return new ClientError(EXIT_CODES.refused, 'The worker refuses to answer, or cannot.', {
    advice: `Has it another key, or another version? ${OTHER_KEY}`,
    reason: 'key',
    cause,
  });
}

/** @grpc/grpc-js `waitForReady`: a plain Error with this text. */
function isNotReady(error: unknown): boolean {
  return error instanceof Error && error.message === 'Failed to connect before the deadline';
}

function grpcCode(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof ServiceError ? grpcCode(error.cause) : undefined;
}

function serverAway(cause: unknown, server: Server): ClientError {
  const { address } = server;
  if (server.isThere === true) {
    return new ClientError(
      EXIT_CODES.unavailable,
      `What listens at ${address} does not answer in time.`,
      {
        advice:
          'Is it a Temporal server? Then it or its machine has too much to do: try again later.',
        reason: 'server-away',
        cause,
      },
    );
  }
  const [, port] = /^(?:localhost|127\.0\.0\.1):(\d+)$/.exec(address) ?? [];
  const start = port === '7233' ? 'pawl server' : `pawl server --port ${port ?? ''}`;
  return new ClientError(EXIT_CODES.unavailable, `No Temporal server answers at ${address}.`, {
    advice: port
      ? `Start it with \`${start}\`, or name another one with TEMPORAL_ADDRESS or --profile.`
      : 'Is it up, and is TEMPORAL_ADDRESS (or --profile) right? `pawl server` starts one on this machine.',
    reason: 'server-away',
    cause,
  });
}

function namespaceMissing(cause: unknown, { address, namespace }: Server): ClientError {
  return new ClientError(
    EXIT_CODES.unavailable,
    `The Temporal server at ${address} has no namespace "${namespace}".`,
    { advice: 'Set TEMPORAL_NAMESPACE, or create it there.', reason: 'namespace-missing', cause },
  );
}

function rejected(cause: unknown, { address }: Server): ClientError {
  return new ClientError(EXIT_CODES.refused, `The Temporal server at ${address} refused us.`, {
    advice: 'Check TEMPORAL_API_KEY or the TLS certificates (`pawl help environment`).',
    reason: 'CredentialsRejected',
    cause,
  });
}

/** A workflow of ours said no: its words, its type. */
function refusal(error: WorkflowUpdateFailedError | WorkflowFailedError): ClientError {
  const failure = readFailure(error);
  return new ClientError(exitCodeOfFailure(failure.type), failure.message, {
    reason: failure.type,
    cause: error,
    ...(failure.advice === undefined ? {} : { advice: failure.advice }),
  });
}
