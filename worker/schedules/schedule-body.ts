import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { google, temporal } from '@temporalio/proto';
import type { SealingCodec } from '../../sealing/codec';
import { gapsSeconds } from '../../stack-file/cron';
import { asked, isAsked } from '../../workflows/model/seal';
import {
  scheduleId,
  type ScheduledInput,
  type ScheduleEntry,
} from '../../workflows/model/schedule';
import { SEARCH_ATTRIBUTES } from '../../workflows/model/search-attributes';
import { WORKFLOW_TASK_QUEUE } from '../../workflows/model/stack';

type Schedule = temporal.api.schedule.v1.ISchedule;
type Fields = Record<string, Payload>;

const { SCHEDULE_OVERLAP_POLICY_BUFFER_ONE } = temporal.api.enums.v1.ScheduleOverlapPolicy;
const TYPE = 'scheduled';
/** Temporal's least. */
const LEAST_CATCH_UP_SECONDS = 10;

/**
 * A schedule as Temporal has it: times, policies, and what is started.
 *
 * One start may wait for the one before it. What was missed while the server was away is made up for as far back as just under the
 * longest time between two starts: at least one and, where all are equally far apart, exactly one. Where several were missed in
 * that time, the workflow sees that the first made up for all.
 */
export async function scheduleBody(
  entry: ScheduleEntry,
  input: ScheduledInput,
  codec: SealingCodec,
): Promise<Schedule> {
  const id = scheduleId(input.stack, input.runbook);
  const { when, jitterSeconds } = entry;
  const times = 'cron' in when ? ofCron(when) : ofInterval(when.everySeconds);
  const catchUp = Math.max(LEAST_CATCH_UP_SECONDS, times.longest - 1);
  return {
    spec: { ...times.spec, jitter: seconds(jitterSeconds) },
    policies: {
      overlapPolicy: SCHEDULE_OVERLAP_POLICY_BUFFER_ONE,
      catchupWindow: seconds(catchUp),
      pauseOnFailure: false,
    },
    action: {
      startWorkflow: {
        workflowId: id,
        workflowType: { name: TYPE },
        taskQueue: { name: WORKFLOW_TASK_QUEUE },
        input: { payloads: [await sealedFor(id, input, codec)] },
        searchAttributes: { indexedFields: scheduleAttributes(input) },
      },
    },
  };
}

/** For the lists of Temporal's pages. */
export function scheduleAttributes({ stack, host, runbook }: ScheduledInput): Fields {
  const { stack: stackName, host: hostName, runbook: runbookName } = SEARCH_ATTRIBUTES;
  return {
    [stackName]: keyword(stack),
    [hostName]: keyword(host),
    [runbookName]: keyword(runbook),
  };
}

/** What a schedule starts with; undefined of what was not sealed here, or is none of ours. */
export async function inputOf(
  { action }: Schedule,
  codec: SealingCodec,
): Promise<ScheduledInput | undefined> {
  const { workflowType, input } = action?.startWorkflow ?? {};
  const [payload] = await codec.decode(input?.payloads ?? []);
  if (payload === undefined || workflowType?.name !== TYPE) return undefined;
  const value = defaultPayloadConverter.fromPayload(payload);
  return isAsked(value) ? (value.args[0] as ScheduledInput | undefined) : undefined;
}

/** Without the id of one execution: each that the schedule starts has another. */
async function sealedFor(id: string, input: ScheduledInput, codec: SealingCodec): Promise<Payload> {
  const envelope = asked({ message: TYPE, schedule: id }, [input]);
  const [sealed] = await codec.encode([defaultPayloadConverter.toPayload(envelope)]);
  if (sealed === undefined) throw new Error('the codec has lost a payload');
  return sealed;
}

function ofCron(when: { readonly cron: string; readonly zone: string }) {
  const spec = { cronString: [when.cron], timezoneName: when.zone };
  return { spec, longest: gapsSeconds(when, new Date()).longest };
}

function ofInterval(everySeconds: number) {
  return { spec: { interval: [{ interval: seconds(everySeconds) }] }, longest: everySeconds };
}

function seconds(count: number): google.protobuf.IDuration {
  return google.protobuf.Duration.fromObject({ seconds: count });
}

function keyword(value: string): Payload {
  const payload = defaultPayloadConverter.toPayload(value);
  return { ...payload, metadata: { ...payload.metadata, type: Buffer.from('Keyword') } };
}
