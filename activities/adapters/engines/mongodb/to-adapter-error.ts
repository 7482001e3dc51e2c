import { MongoError, MongoServerError } from 'mongodb';
import { AdapterError } from '../../../ports/adapter-error';

type Kind = AdapterError['kind'];

/** Server error codes: src/mongo/base/error_codes.yml. What is not listed is `CommandFailed`. */
const KIND_OF_CODE: ReadonlyMap<number, Kind> = new Map([
  ...codes('CredentialsRejected', [
    11, // UserNotFound
    13, // Unauthorized
    18, // AuthenticationFailed
    33, // AuthMechanismUnavailable
    8000, // Atlas: bad auth
  ]),
  ...codes('ServiceUnavailable', [
    6, // HostUnreachable
    7, // HostNotFound
    89, // NetworkTimeout
    91, // ShutdownInProgress
    189, // PrimarySteppedDown
    9001, // SocketException
    10107, // NotWritablePrimary
    11600, // InterruptedAtShutdown
    11602, // InterruptedDueToReplStateChange
    13435, // NotPrimaryNoSecondaryOk
    13436, // NotPrimaryOrSecondary
  ]),
  ...codes('ResourceBusy', [
    24, // LockTimeout
    46, // LockBusy
    112, // WriteConflict
    117, // ConflictingOperationInProgress
    314, // ObjectIsBusy
  ]),
  ...codes('PreconditionFailed', [
    14031, // OutOfDiskSpace
  ]),
]);

/** Errors of the driver that speak of the connection and not of what was asked. */
const CONNECTION_ERRORS: ReadonlySet<string> = new Set([
  'MongoClientClosedError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoNotConnectedError',
  'MongoOperationTimeoutError',
  'MongoPoolClearedError',
  'MongoPoolClearedOnNetworkError',
  'MongoPoolClosedError',
  'MongoServerClosedError',
  'MongoServerSelectionError',
  'MongoTopologyClosedError',
]);

/**
 * Turns what the driver throws into the adapter's error; anything else is passed on as it came.
 * Shape:  (error, `dumping database melvin from MongoDB at 127.0.0.1:27017`) → error
 * Source: node-mongodb-native 7.8 `src/error.ts`; MongoDB `error_codes.yml`
 */
export function toAdapterError(error: unknown, attempted: string): unknown {
  if (!(error instanceof MongoError)) return error;
  const kind = kindOf(error);
  return new AdapterError(kind, `${attempted}: ${describe(error)}`, adviceFor(kind), {
    cause: error,
  });
}

/** Whether the server answered with one of these codes. */
export function hasCode(error: unknown, ...expected: readonly number[]): boolean {
  return (
    error instanceof MongoServerError &&
    typeof error.code === 'number' &&
    expected.includes(error.code)
  );
}

function kindOf(error: MongoError): Kind {
  const { code } = error;
  const known = typeof code === 'number' ? KIND_OF_CODE.get(code) : undefined;
  if (known !== undefined) return known;
  return CONNECTION_ERRORS.has(error.name) ? 'ServiceUnavailable' : 'CommandFailed';
}

function describe(error: MongoError): string {
  const code = error.code === undefined ? '' : ` (code ${error.code})`;
  return `${error.message}${code}`;
}

function adviceFor(kind: Kind): { advice?: string } {
  if (kind !== 'CredentialsRejected') return {};
  return {
    advice:
      'Check user, password and authenticationDatabase of the entry; the user needs the roles backup (to save) and ' +
      'readWrite with dbAdmin on the database (to restore).',
  };
}

function codes(kind: Kind, numbers: readonly number[]): (readonly [number, Kind])[] {
  return numbers.map((code) => [code, kind] as const);
}
