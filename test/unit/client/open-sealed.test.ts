import { defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { opened } from '../../../client/temporal/open-sealed';
import { isMark } from '../../../workflows/model/seal';
import { TEST_CODEC } from '../../support/sealed';

const { GetWorkflowExecutionHistoryResponse } = temporal.api.workflowservice.v1;

async function sealed(value: unknown) {
  const [payload] = await TEST_CODEC.encode([defaultPayloadConverter.toPayload(value)]);
  return payload ?? {};
}

describe('what the server hands on', () => {
  it('is opened where it lies, with failures in their words', async () => {
    const failure = {
      message: 'Encoded failure',
      encodedAttributes: await sealed({ message: 'lost', stack_trace: '' }),
      cause: { message: 'Encoded failure', encodedAttributes: await sealed({ message: 'inner' }) },
    };
    const event = {
      userMetadata: { summary: await sealed('back up accounts') },
      activityTaskFailedEventAttributes: { failure },
    };
    const found = opened(TEST_CODEC, event);
    expect(found.activityTaskFailedEventAttributes.failure.message).toBe('lost');
    expect(found.activityTaskFailedEventAttributes.failure.cause.message).toBe('inner');
    const { summary } = found.userMetadata;
    expect(defaultPayloadConverter.fromPayload(summary)).toBe('back up accounts');
  });

  it('keeps what it has by its kind, and numbers and bytes as they are', () => {
    const bytes = GetWorkflowExecutionHistoryResponse.encode({
      history: { events: [{ eventId: 7 as never }] },
    }).finish();
    const page = opened(TEST_CODEC, GetWorkflowExecutionHistoryResponse.decode(bytes));
    expect(page.nextPageToken).toHaveLength(0);
    expect(Number(page.history?.events?.[0]?.eventId)).toBe(7);
  });

  it('shows what is not sealed as a mark, and leaves search attributes alone', () => {
    const payload = defaultPayloadConverter.toPayload('forged');
    const found = opened(TEST_CODEC, { input: payload, searchAttributes: { PawlStack: payload } });
    expect(isMark(defaultPayloadConverter.fromPayload(found.input))).toBe(true);
    expect(found.searchAttributes.PawlStack).toBe(payload);
  });
});
