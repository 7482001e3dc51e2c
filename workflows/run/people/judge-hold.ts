import type { HeldStep, HoldAnswer } from '../../model/hold';
import { isObject, isText, LONGEST_MESSAGE, LONGEST_NAME, needsReason, reasonIn } from './answer';
import type { Obstacle } from '../../model/obstacle';

const LONGEST_STEP = 500;

/**
 * Decides whether what a person has decided may be taken.
 * Shape:  run, held steps, answer → why it is refused, or nothing
 */
export function judgeHold(
  run: string,
  held: readonly HeldStep[],
  answer: unknown,
): Obstacle | undefined {
  if (held.length === 0) {
    return {
      obstacle: `${run} holds no step`,
      advice: `\`pawl show ${run}\` shows its state.`,
    };
  }
  if (!isAnswer(answer)) return unreadable();
  const step = chooseHeld(held, answer);
  if (step === undefined) return whichOne(run, held, answer);
  return judgeWay(step, answer) ?? judgeReason(answer) ?? judgeValues(step, answer);
}

/** The step that an answer is about. */
export function chooseHeld<Held extends HeldStep>(
  held: readonly Held[],
  { step }: Pick<HoldAnswer, 'step'>,
): Held | undefined {
  if (step === undefined) return held.length === 1 ? held[0] : undefined;
  return held.find((one) => one.step === step);
}

function whichOne(run: string, held: readonly HeldStep[], { step }: HoldAnswer): Obstacle {
  const names = held.map((one) => one.step).join(', ');
  return {
    obstacle:
      step === undefined ? `${run} holds ${held.length} steps` : `${run} does not hold ${step}`,
    advice: `Held: ${names}; name it with \`step\` (--step).`,
  };
}

function judgeWay({ title, ways }: HeldStep, { way }: HoldAnswer): Obstacle | undefined {
  if (ways.includes(way)) return undefined;
  return {
    obstacle: `"${title}" cannot be skipped: the run needs what comes of it`,
    advice: `It can be: ${ways.join(', ')}.`,
  };
}

function judgeReason(answer: HoldAnswer): Obstacle | undefined {
  return answer.way === 'skip' && reasonIn(answer) === undefined ? needsReason('skip') : undefined;
}

function judgeValues(step: HeldStep, { way, values = {} }: HoldAnswer): Obstacle | undefined {
  const names = Object.keys(values);
  if (names.length === 0) return undefined;
  const known = Object.keys(step.values);
  if (way !== 'retry') {
    return { obstacle: `a ${way} takes no values`, advice: 'Only a retry does.' };
  }
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    return {
      obstacle: `"${step.title}" has no value ${unknown.join(', ')}`,
      advice: known.length === 0 ? 'It has none.' : `It has: ${known.join(', ')}.`,
    };
  }
  const wrong = names.filter((name) => !isAmount(values[name]));
  if (wrong.length === 0) return undefined;
  return { obstacle: `${wrong.join(', ')} must be a number, 0 or more`, advice: 'Such as 120.' };
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isAnswer(answer: unknown): answer is HoldAnswer {
  if (!isObject(answer)) return false;
  const { by, way, step = '', message = '', values = {} } = answer;
  return (
    isText(by, LONGEST_NAME) &&
    (way === 'retry' || way === 'skip' || way === 'abort') &&
    isText(step, LONGEST_STEP) &&
    isText(message, LONGEST_MESSAGE) &&
    isObject(values)
  );
}

function unreadable(): Obstacle {
  return {
    obstacle: `an answer is an object of texts, its message of at most ${LONGEST_MESSAGE} characters`,
    advice:
      'Such as {"by": "anna", "way": "retry", "message": "why"}; `way` is retry, skip or abort.',
  };
}
