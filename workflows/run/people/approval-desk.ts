import type { Plan } from '../../catalogue';
import { condition, setHandler } from '@temporalio/workflow';
import { approve, reject } from '../../messages';
import type {
  ApprovalAnswer,
  ApprovalPolicy,
  ApprovalState,
  GivenAnswer,
} from '../../model/approval';
import { reasonIn } from './answer';
import { judgeAnswer, type Verdict } from './judge-approval';
import { preconditionFailed } from '../failures';
import { firstCharacters } from '../markdown';
import { now } from '../now';
import type { RunPage } from '../run-page';
import type { RunNews } from './run-news';

const MOST_NOTES = 20;
const LONGEST_NOTE = 500;

/** Where people's answers arrive. Listens from the run's first moment, so that an answer too early is told so. */
export class ApprovalDesk {
  private isOpen = false;
  /** Every approval, also of a plan that became another. */
  readonly approvals: GivenAnswer[] = [];

  constructor(
    private readonly run: string,
    private readonly page: RunPage,
    private readonly news: RunNews,
  ) {
    this.listen('approve', (state, given) => {
      this.approvals.push(given);
      return { ...state, given: [...state.given, given] };
    });
    this.listen('reject', (state, rejectedBy) => ({ ...state, rejectedBy }));
  }

  /** Resolves when the answers are there, or their time is over. */
  async wait(policy: ApprovalPolicy, plan: Plan, requestedBy: string): Promise<ApprovalState> {
    const { required, from, self, expiresSeconds } = policy;
    const since = Date.now();
    const state: ApprovalState = {
      planHash: plan.hash,
      notes: plan.notes.slice(0, MOST_NOTES).map((note) => firstCharacters(note, LONGEST_NOTE)),
      ...{ required, from, self, requestedBy },
      since: new Date(since).toISOString(),
      expiresAt: new Date(since + expiresSeconds * 1000).toISOString(),
      given: [],
    };
    this.page.approve(state);
    this.news.asked(state);
    this.isOpen = true;
    try {
      await condition(() => !this.isOpen, expiresSeconds * 1000);
    } finally {
      this.isOpen = false;
    }
    return this.page.approval ?? state;
  }

  /** One way for all: the command line and Temporal's UI send the same Update to the same validator. */
  private listen(
    verdict: Verdict,
    take: (state: ApprovalState, given: GivenAnswer) => ApprovalState,
  ): void {
    const refuse = (answer: ApprovalAnswer): void => {
      const obstacle = judgeAnswer(verdict, this.run, this.waiting, answer, now());
      if (obstacle !== undefined) throw preconditionFailed(obstacle);
    };
    const handle = (answer: ApprovalAnswer): ApprovalState => {
      const { by, planHash } = answer;
      const message = reasonIn(answer);
      const given = { by, planHash, at: now(), ...(message === undefined ? {} : { message }) };
      const state = take(this.page.approval as ApprovalState, given);
      this.isOpen = state.rejectedBy === undefined && state.given.length < state.required;
      this.page.approve(state);
      return state;
    };
    setHandler(verdict === 'approve' ? approve : reject, handle, {
      validator: refuse,
      description: `${verdict}s the plan: {"by", "planHash", "message"}; the run's page has the hash`,
    });
  }

  private get waiting(): ApprovalState | undefined {
    return this.isOpen ? this.page.approval : undefined;
  }
}
