import { isCancellation } from '@temporalio/workflow';
import { judgeGateFailure } from './judge-gate';
import { assertStep, gateStep, placeStep } from './drill-steps';
import { assertionsOn, gatesOf } from './plan-drill';
import { countRows } from '../run/count-rows';
import { causeOf } from '../run/failures';
import { firstCharacters } from '../run/markdown';
import type { Run } from '../run/runbook';
import { hostActivities } from '../run/activities';
import type { StepCall, StepName } from '../run/steps';
import { formatCount } from '../model/format-count';
import type { DrillPlan } from '../model/drill';
import type { DrilledPart, GateKind, GateResult } from '../model/proof';
import type { PartSummary } from '../model/recovery-point';
import { restoreTarget, type RestoreTarget } from '../model/restore-target';
import { scratchStack, type OpenedScratch } from '../model/scratch';
import type { StackDescription } from '../model/stack';

const LONGEST_DETAIL = 500;

/** The stack as it is in its scratch places, and the steps there. */
interface Scratch {
  readonly run: Run;
  readonly stack: StackDescription;
  readonly act: Run['act'];
  readonly pointId: string;
}

export interface ProvedParts {
  readonly parts: readonly DrilledPart[];
  readonly results: readonly GateResult[];
}

/** Brings part after part back in the scratch places and asks their gates; then what the stack file says must be true. */
export async function proveParts(
  run: Run,
  plan: DrillPlan,
  chosen: readonly PartSummary[],
  opened: readonly OpenedScratch[],
): Promise<ProvedParts> {
  const stack = scratchStack(run.stack, run.reference.key, opened);
  const scratch = { run, stack, act: hostActivities(stack), pointId: plan.point.id };
  const parts: DrilledPart[] = [];
  const results: GateResult[] = [];
  const whole: PartSummary[] = [];
  for (const stored of chosen) {
    const place = plan.places.find(({ entry }) => entry === stored.part.entry)?.place ?? '';
    const of = await provePart(scratch, stored, targetOf(scratch, stored, opened));
    results.push(...of);
    if (of.every(({ passed }) => passed)) whole.push(stored);
    const recoverySeconds = secondsOf(of);
    parts.push({
      ...{ name: stored.part.name, bytes: stored.bytes, rows: stored.rows, place },
      ...(recoverySeconds === undefined ? {} : { recoverySeconds }),
    });
  }
  for (const [index, assertion] of assertionsOn(run.stack, chosen).entries()) {
    const stored = whole.find(({ part }) => part.name === assertion.part);
    if (stored === undefined) {
      passOver(run, assertStep(assertion, index), `${assertion.part} was not brought back`);
      continue;
    }
    const named = { gate: 'assertion', part: assertion.part } as const;
    results.push(
      await askGate(run, named, assertStep(assertion, index), {
        call: (options) =>
          scratch.act.checkAssertion.executeWithOptions(options, [
            { stack, run: run.reference, assertion },
          ]),
        tell: (seen) => seen,
      }),
    );
  }
  return { parts, results };
}

/** Until a gate is closed: what comes behind it would tell nothing. */
async function provePart(
  scratch: Scratch,
  stored: PartSummary,
  target: RestoreTarget,
): Promise<readonly GateResult[]> {
  const { part } = stored;
  const results: GateResult[] = [];
  for (const gate of gatesOf(stored)) {
    const closed = results.find(({ passed }) => !passed);
    if (closed === undefined) results.push(await askPart(scratch, gate, stored, target));
    else passOver(scratch.run, gateStep(gate, part), `its gate ${closed.gate} is closed`);
  }
  const closed = results.find(({ passed }) => !passed);
  if (closed !== undefined) {
    passOver(scratch.run, placeStep(part), `its gate ${closed.gate} is closed`);
    return results;
  }
  await scratch.run.step(placeStep(part), (options) =>
    scratch.act.swapPart.executeWithOptions(options, [
      { stack: scratch.stack, run: scratch.run.reference, part, target },
    ]),
  );
  return results;
}

function passOver({ page }: Run, { id, title }: StepName, detail: string): void {
  page.update(id, title, { state: 'skipped', detail });
}

function askPart(
  { run, stack, act, pointId }: Scratch,
  gate: GateKind,
  stored: PartSummary,
  target: RestoreTarget,
): Promise<GateResult> {
  const { part } = stored;
  const named = { gate, part: part.name };
  const step = gateStep(gate, part);
  const at = { stack, run: run.reference, part, target };
  switch (gate) {
    case 'fetch':
      return fetchPart(run, stored);
    case 'restore':
      return askGate(run, named, step, {
        call: (options) =>
          act.restorePart.executeWithOptions(options, [
            { stack, run: run.reference, pointId, stored, target },
          ]),
        tell: ({ notes }) => ['restored', ...notes].join('; '),
      });
    case 'content':
      return askGate(run, named, step, {
        call: (options) => act.provePart.executeWithOptions(options, [{ ...at, pointId }]),
        tell: ({ proved, rows }) =>
          `${formatCount(proved, 'digest')} equal, ${countRows(part, rows)}`,
      });
    case 'parse':
    case 'structure':
    case 'engine':
      return askGate(run, named, step, {
        call: (options) => act.askEngine.executeWithOptions(options, [{ ...at, gate, stored }]),
        tell: (seen) => seen,
      });
    case 'assertion':
      return Promise.resolve({ ...named, passed: true, seconds: 0, detail: 'asked of no part' });
  }
}

/** What is damaged there is an answer. */
async function fetchPart(run: Run, stored: PartSummary): Promise<GateResult> {
  const named = { gate: 'fetch', part: stored.part.name } as const;
  const step = gateStep('fetch', stored.part);
  if (stored.missing === true) {
    const detail = 'it is no longer in the repository';
    run.page.update(step.id, step.title, { state: 'failed', detail });
    return { ...named, passed: false, seconds: 0, detail };
  }
  const begin = Date.now();
  const { state, detail } = await run.step(
    step,
    (options) =>
      run.act.verifyPart.executeWithOptions(options, [
        { stack: run.stack, run: run.reference, stored },
      ]),
    { detail: (found) => ({ bytes: stored.bytes, detail: found.detail ?? 'as it was saved' }) },
  );
  const passed = state === 'proved';
  if (!passed) run.page.update(step.id, step.title, { state: 'failed' });
  return {
    ...{ ...named, passed, seconds: (Date.now() - begin) / 1000 },
    detail: shortened(detail ?? `SHA-256 ${stored.sha256.slice(0, 16)}…`),
  };
}

interface Asking<Output> {
  readonly call: StepCall<Output>;
  readonly tell: (output: Output) => string;
}

/** Throws: what says nothing of the recovery point, such as a full disk here, or a repository that is away */
async function askGate<Output>(
  run: Run,
  named: Pick<GateResult, 'gate' | 'part'>,
  step: StepName,
  { call, tell }: Asking<Output>,
): Promise<GateResult> {
  const begin = Date.now();
  const seconds = () => (Date.now() - begin) / 1000;
  try {
    const detail = tell(await run.step(step, call, { detail: (out) => ({ detail: tell(out) }) }));
    return { ...named, passed: true, seconds: seconds(), detail: shortened(detail) };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { closed, detail } = judgeGateFailure(causeOf(error));
    if (!closed) throw error;
    return { ...named, passed: false, seconds: seconds(), detail: shortened(detail) };
  }
}

/** A proof has one of each gate of each part; the page has the whole. */
function shortened(detail: string): string {
  return firstCharacters(detail, LONGEST_DETAIL);
}

function targetOf(
  { run }: Scratch,
  { part }: PartSummary,
  opened: readonly OpenedScratch[],
): RestoreTarget {
  const place = opened.find(({ entry }) => entry === part.entry)?.place;
  const into = place?.kind === 'folder' ? place.path : part.source;
  return restoreTarget(into, run.reference.number);
}

/** Restoring reads the dump again: that is what a recovery does, and reading it alone is no part of it. */
function secondsOf(results: readonly GateResult[]): number | undefined {
  const of = (gate: GateKind) => results.find((one) => one.gate === gate && one.passed)?.seconds;
  const [restored, proved] = [of('restore'), of('content')];
  return restored === undefined || proved === undefined ? undefined : restored + proved;
}
