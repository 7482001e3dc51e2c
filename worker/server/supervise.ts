import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logging';
import { StartError } from '../run-entry';
import { stopChild, type Child } from './child';

const FIRST_DELAY_MILLISECONDS = 200;
const LONGEST_DELAY_MILLISECONDS = 10_000;
/** A child that lived so long ended for a new reason: the next start is not held back. */
const HEALTHY_AFTER_MILLISECONDS = 60_000;

export interface Supervised {
  readonly name: string;
  readonly stopGraceMilliseconds: number;
  start(): Promise<Child>;
  /** Resolves when the child does its work, rejects when it cannot; stops trying when the signal is aborted. */
  untilReady(child: Child, signal: AbortSignal): Promise<void>;
  /** What it said last, for the message when it has ended; may be empty. */
  lastWords(): Promise<string>;
}

/**
 * Starts a child and waits until it is ready.
 * Throws: Error with its last words when it ended before · the signal's reason, the child being stopped then
 */
export async function startReady(spec: Supervised, stop: AbortSignal): Promise<Child> {
  stop.throwIfAborted();
  const child = await spec.start();
  const ended = new AbortController();
  void child.exit.then(() => {
    ended.abort();
  });
  const over = AbortSignal.any([ended.signal, stop]);
  try {
    await Promise.race([spec.untilReady(child, over), failAtEnd(spec, child), failAtAbort(stop)]);
    return child;
  } catch (error) {
    await stopChild(child, spec.stopGraceMilliseconds);
    // Its end also ended the waiting for it; what it said last is why.
    if (ended.signal.aborted && !stop.aborted) return failAtEnd(spec, child);
    throw error;
  }
}

/** Keeps a child running until `stop`, then stops it: whatever ends it before, it is started again. */
export async function keepRunning(
  spec: Supervised,
  first: Child,
  logger: Logger,
  stop: AbortSignal,
): Promise<void> {
  let failures = 0;
  for (let child: Child | undefined = first; child !== undefined;) {
    const since = performance.now();
    await Promise.race([child.exit, aborted(stop)]);
    if (stop.aborted) return stopChild(child, spec.stopGraceMilliseconds);
    const exit = await child.exit;
    logger.error({ exit, lastWords: await lastWordsOf(spec) }, `${spec.name} ended by itself`);
    if (performance.now() - since > HEALTHY_AFTER_MILLISECONDS) failures = 0;
    child = await startAgain(spec, failures++, logger, stop);
  }
}

/** Undefined when it was stopped meanwhile. */
async function startAgain(
  spec: Supervised,
  failures: number,
  logger: Logger,
  stop: AbortSignal,
): Promise<Child | undefined> {
  for (let failed = failures; await pause(failed, stop); failed++) {
    try {
      const child = await startReady(spec, stop);
      logger.info({ pid: child.pid }, `${spec.name} was started again`);
      return child;
    } catch (error) {
      if (error === stop.reason) continue;
      const why = error instanceof StartError ? { reason: error.message } : { err: error };
      logger.error(why, `${spec.name} could not be started`);
    }
  }
  return undefined;
}

/** Waits before a further start; `false` when it was stopped meanwhile. */
async function pause(failures: number, stop: AbortSignal): Promise<boolean> {
  const delay = Math.min(FIRST_DELAY_MILLISECONDS * 2 ** failures, LONGEST_DELAY_MILLISECONDS);
  await Promise.race([sleep(delay), aborted(stop)]);
  return !stop.aborted;
}

async function failAtEnd(spec: Supervised, child: Child): Promise<never> {
  const exit = await child.exit;
  const words = await lastWordsOf(spec);
  throw new StartError(
    `${spec.name} ended with ${exit} before it was ready${words && `:\n${words}`}`,
  );
}

/** That they cannot be read must not hide what there was to say. */
async function lastWordsOf(spec: Supervised): Promise<string> {
  try {
    return await spec.lastWords();
  } catch (error) {
    return `(its log cannot be read: ${error instanceof Error ? error.message : String(error)})`;
  }
}

async function failAtAbort(signal: AbortSignal): Promise<never> {
  await aborted(signal);
  throw signal.reason;
}

const abortions = new WeakMap<AbortSignal, Promise<unknown>>();

/** One listener for each signal, however often it is waited for. */
async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const abortion = abortions.get(signal) ?? once(signal, 'abort');
  abortions.set(signal, abortion);
  await abortion;
}
