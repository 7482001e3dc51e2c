import { isGrpcServiceError } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { NativeConnection } from '@temporalio/worker';
import { untilDone } from '../activities/ports/until-seen';
import { SEARCH_ATTRIBUTES } from '../workflows/model/search-attributes';
import type { Logger } from './logging';

const CALL_MILLISECONDS = 5_000;
/** A server's frontends learn of a new attribute when they next read the namespace. */
const USABLE_WITHIN_MILLISECONDS = 60_000;

const PERMISSION_DENIED = 7;
const ALREADY_EXISTS = 6;
const UNIMPLEMENTED = 12;
const UNAUTHENTICATED = 16;

const { INDEXED_VALUE_TYPE_KEYWORD } = temporal.api.enums.v1.IndexedValueType;

/**
 * Makes a namespace ready for pawl's workflows: it exists, and has pawl's search attributes.
 * Retry:  safe; adds only what is missing, also beside other workers
 * Throws: what the server answered, such as that there is no such namespace
 */
export async function prepareNamespace(
  connection: NativeConnection,
  namespace: string,
  logger: Logger,
): Promise<void> {
  const call = <Result>(work: () => Promise<Result>): Promise<Result> =>
    connection.withDeadline(Date.now() + CALL_MILLISECONDS, work);
  await call(() => connection.workflowService.describeNamespace({ namespace }));
  try {
    await call(() => addSearchAttributes(connection, namespace, logger));
  } catch (error) {
    if (!isForbidden(error)) throw error;
    const needed = Object.values(SEARCH_ATTRIBUTES).map((name) => `${name} (Keyword)`);
    logger.warn({ namespace, needed }, 'may not manage search attributes here; they must exist');
    return;
  }
  await untilUsable(connection, namespace, call);
}

async function addSearchAttributes(
  connection: NativeConnection,
  namespace: string,
  logger: Logger,
): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(SEARCH_ATTRIBUTES).filter((name) => !(name in customAttributes));
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(
    missing.map((name) => [name, INDEXED_VALUE_TYPE_KEYWORD]),
  );
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    // Another worker was faster.
    if (!hasCode(error, [ALREADY_EXISTS])) throw error;
  }
  logger.info({ namespace, searchAttributes: missing }, 'search attributes registered');
}

/** A run that starts before would be refused for an unknown attribute. */
async function untilUsable(
  connection: NativeConnection,
  namespace: string,
  call: <Result>(work: () => Promise<Result>) => Promise<Result>,
): Promise<void> {
  const query = Object.values(SEARCH_ATTRIBUTES)
    .map((name) => `${name} = 'none'`)
    .join(' AND ');
  await untilDone(
    () => call(() => connection.workflowService.countWorkflowExecutions({ namespace, query })),
    () => true,
    { everyMilliseconds: 100, withinMilliseconds: USABLE_WITHIN_MILLISECONDS },
  );
}

function isForbidden(error: unknown): boolean {
  return hasCode(error, [PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED]);
}

function hasCode(error: unknown, codes: readonly number[]): boolean {
  return isGrpcServiceError(error) && codes.includes(error.code);
}
