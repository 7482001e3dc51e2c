import type { ApprovalAnswer, ApprovalPolicy, ApprovalState } from '../../model/approval';
import { isObject, isText, LONGEST_MESSAGE, LONGEST_NAME, needsReason, reasonIn } from './answer';
import type { Obstacle } from '../../model/obstacle';

const SHOWN_HASH = 12;

/** `approve` says yes to the plan, `reject` no. */
export type Verdict = 'approve' | 'reject';

/**
 * Decides whether an answer may be taken.
 * Shape:  verdict, run, state (absent: the run waits for nobody), answer, now → why it is refused, or nothing
 * Units:  now = ISO 8601, UTC
 */
export function judgeAnswer(
  verdict: Verdict,
  run: string,
  state: ApprovalState | undefined,
  answer: unknown,
  now: string,
): Obstacle | undefined {
  if (state === undefined) return waitsForNobody(run);
  if (now >= state.expiresAt) {
    return {
      obstacle: `${run} can no longer be answered: its time was over at ${state.expiresAt}`,
      advice: 'Nothing was changed. Start it again.',
    };
  }
  if (!isAnswer(answer)) return unreadable(state);
  return (
    judgePerson(run, state, answer.by) ??
    judgePlan(run, state, answer.planHash) ??
    (verdict === 'approve' ? judgeSecond(run, state, answer.by) : judgeReason(answer))
  );
}

/** Those of `from` who may approve what `requestedBy` has asked for. */
export function whoMay(
  { from, self }: Pick<ApprovalPolicy, 'from' | 'self'>,
  requestedBy: string,
): readonly string[] {
  return self ? from : from.filter((name) => !isSamePerson(from, name, requestedBy));
}

/**
 * Whether a run that `requestedBy` asked for could ever be approved: better said at once than after four hours.
 * Shape:  policy, requestedBy → why it cannot, or nothing
 */
export function judgePolicy(policy: ApprovalPolicy, requestedBy: string): Obstacle | undefined {
  const may = whoMay(policy, requestedBy);
  if (may.length >= policy.required) return undefined;
  return {
    obstacle: `${requestedBy} cannot get the ${policy.required} approvals that this needs: besides the one who asks, ${may.length === 0 ? 'nobody' : `only ${may.join(', ')}`} may approve it`,
    advice:
      'Have somebody else request it, or name more people in `approvals` of the stack file (`self: true` lets people approve their own requests).',
  };
}

function waitsForNobody(run: string): Obstacle {
  return {
    obstacle: `${run} waits for no approval`,
    advice: `\`pawl show ${run}\` shows its state.`,
  };
}

function judgePerson(run: string, state: ApprovalState, by: string): Obstacle | undefined {
  const { from, self, requestedBy } = state;
  if (!isNamed(from, by)) {
    return {
      obstacle: `${by} is not one of those who may answer for ${run}`,
      advice: `These may: ${whoMay(state, requestedBy).join(', ')}.`,
    };
  }
  if (self || !isSamePerson(from, by, requestedBy)) return undefined;
  return {
    obstacle: `${by} requested ${run}, and somebody else must answer`,
    advice: `These may: ${whoMay(state, requestedBy).join(', ')}. \`pawl cancel ${run}\` takes it back.`,
  };
}

function judgePlan(run: string, { planHash }: ApprovalState, seen: string): Obstacle | undefined {
  if (seen === planHash) return undefined;
  return {
    obstacle: `the plan of ${run} is ${planHash.slice(0, SHOWN_HASH)}, not ${seen.slice(0, SHOWN_HASH)}`,
    advice: `Look at it: \`pawl show ${run}\`.`,
  };
}

function judgeSecond(
  run: string,
  { from, given }: ApprovalState,
  by: string,
): Obstacle | undefined {
  const before = given.find((approval) => isSamePerson(from, approval.by, by));
  if (before === undefined) return undefined;
  return {
    obstacle: `${before.by} has approved ${run} already; another person must`,
    advice: '`pawl approvals` says how many are missing.',
  };
}

function judgeReason(answer: ApprovalAnswer): Obstacle | undefined {
  return reasonIn(answer) === undefined ? needsReason('rejection') : undefined;
}

function isAnswer(answer: unknown): answer is ApprovalAnswer {
  if (!isObject(answer)) return false;
  const { by, planHash, message = '' } = answer;
  return isText(by, LONGEST_NAME) && isText(planHash, 64) && isText(message, LONGEST_MESSAGE);
}

function unreadable({ planHash }: ApprovalState): Obstacle {
  return {
    obstacle: `an answer is an object of texts, its message of at most ${LONGEST_MESSAGE} characters`,
    advice: `Such as {"by": "anna", "planHash": "${planHash}", "message": "why"}.`,
  };
}

function isNamed(from: readonly string[], by: string): boolean {
  return from.includes(by) || from.includes(userOf(by));
}

/** `anna@workshop` and `anna@laptop` are one person, unless `from` tells them apart. */
function isSamePerson(from: readonly string[], one: string, other: string): boolean {
  if (one === other) return true;
  const toldApart = from.includes(one) && from.includes(other);
  return !toldApart && userOf(one) === userOf(other);
}

/** `anna` of `anna@workshop`; a user's name may itself have an `@`. */
function userOf(name: string): string {
  const at = name.lastIndexOf('@');
  return at > 0 ? name.slice(0, at) : name;
}
