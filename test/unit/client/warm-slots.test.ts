import { defaultPayloadConverter } from '@temporalio/common';
import { warmSlotsIn } from '../../../client/temporal/warm-slots';
import type { WarmInput, WarmSlot } from '../../../workflows/model/warm';
import { describeStack } from '../../support/descriptions';
import { NOW } from './views';

function slot(service: string, seconds: number): WarmSlot {
  const until = new Date(NOW + seconds * 1000).toISOString();
  return { service, slot: 'blue', release: 3, until };
}

function started(slots: readonly WarmSlot[]) {
  const input: WarmInput = { stack: describeStack(), project: 'melvin', slots };
  const payloads = [defaultPayloadConverter.toPayload(input)];
  return { workflowExecutionStartedEventAttributes: { input: { payloads } } };
}

describe('warm slots', () => {
  it('are those that the keeper was started with, and that it has not stopped yet', () => {
    const event = started([slot('api', 60), slot('web', -1)]);
    expect(warmSlotsIn(event, NOW)).toEqual([slot('api', 60)]);
  });

  it('are none where there is no such event', () => {
    expect(warmSlotsIn(undefined, NOW)).toEqual([]);
    expect(warmSlotsIn({}, NOW)).toEqual([]);
  });
});
