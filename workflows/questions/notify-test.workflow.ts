import { isCancellation, workflowInfo } from '@temporalio/workflow';
import { audienceOf, placeOf, type Audience, type ChannelAnswer } from '../model/audience';
import type { Channel } from '../model/channel';
import type { Notice } from '../model/notice';
import type { StackDescription } from '../model/stack';
import { trialActivities } from '../run/activities';
import { causeOf, preconditionFailed } from '../run/failures';
import { now } from '../run/now';
import { requests } from '../requests/request-schema';
import { requireShape } from '../requests/require-shape';

export interface NotifyTestInput {
  readonly stack: StackDescription;
  /** All of them when absent. */
  readonly channel?: string;
}

/** Has the host send a test message to each channel, once, and says what each answered. */
export async function notifyTest(input: NotifyTestInput): Promise<readonly ChannelAnswer[]> {
  requireShape(requests.questionInput, input, 'the question');
  const audience = audienceOf(input.stack);
  const channels = chosen(audience, input);
  return Promise.all(channels.map((channel) => tryOut(audience as Audience, channel)));
}

function chosen(audience: Audience | undefined, { stack, channel: name }: NotifyTestInput) {
  const all = audience?.channels ?? [];
  const channels = name === undefined ? all : all.filter((one) => one.name === name);
  if (channels.length > 0) return channels;
  if (all.length === 0) {
    throw preconditionFailed({
      obstacle: `the stack file of ${stack.name} names no channel`,
      advice: 'Name one under `notify`.',
    });
  }
  throw preconditionFailed({
    obstacle: `the stack file of ${stack.name} has no channel ${name ?? ''}`,
    advice: `It has ${all.map((one) => one.name).join(', ')}.`,
  });
}

async function tryOut(audience: Audience, channel: Channel): Promise<ChannelAnswer> {
  const { name, kind } = channel;
  const at = now();
  const notice: Notice = {
    ...{ event: 'test', stack: audience.stack, host: audience.host, since: at, at },
    what: 'this is a test message',
    why: `\`pawl notify test\` was called for the channel ${name} (${workflowInfo().workflowId})`,
    next: 'Nothing is to be done.',
  };
  try {
    const answer = await trialActivities(audience.host).sendNotice.executeWithOptions(
      { summary: `try out ${name}` },
      [{ host: audience.host, place: placeOf(audience), channel, notice }],
    );
    return { channel: name, kind, told: true, answer };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { message, evidence } = causeOf(error);
    const { advice } = evidence;
    return { channel: name, kind, told: false, answer: message, ...(advice && { advice }) };
  }
}
