import type { Inputs } from './inputs';

export interface Question {
  /** Of each, the last answer is kept. */
  readonly key: string;
  readonly inputs: Inputs;
  readonly envFiles: readonly string[];
}

interface Kept<Answer> {
  readonly answer: Answer;
  readonly envFiles: readonly string[];
  readonly fingerprint: string;
}

/** Of stacks, or of services, that one host releases. An answer is as long as a project's file. */
const MOST_KEPT = 64;

/**
 * Answers of Compose, each with the fingerprint of all that it was made of: asked again, they are the same as long as
 * nothing of that has changed. They hold no more of variables and env files than a release's own file does.
 */
export class Memory<Answer> {
  private readonly kept = new Map<string, Kept<Answer>>();

  /** Undefined where it is to be asked. */
  async recall(key: string, inputs: Inputs): Promise<Answer | undefined> {
    const kept = this.kept.get(key);
    if (kept === undefined) return undefined;
    const now = await inputs.fingerprint(kept.envFiles);
    return now === kept.fingerprint ? kept.answer : undefined;
  }

  async learnOne(question: Question, ask: () => Promise<Answer>): Promise<Answer> {
    const [answer] = await this.learn([question], async () => [await ask()]);
    return answer as Answer;
  }

  /** Asks all of them at once, and keeps each answer of which nothing was changed meanwhile. */
  async learn(
    questions: readonly Question[],
    ask: () => Promise<readonly Answer[]>,
  ): Promise<readonly Answer[]> {
    const before = await fingerprints(questions);
    const answers = await ask();
    const after = await fingerprints(questions);
    for (const [at, { key, envFiles }] of questions.entries()) {
      const fingerprint = after[at];
      const answer = answers[at];
      if (answer === undefined || fingerprint === undefined || fingerprint !== before[at]) continue;
      this.keep(key, { answer, envFiles, fingerprint });
    }
    return answers;
  }

  private keep(key: string, kept: Kept<Answer>): void {
    this.kept.delete(key);
    this.kept.set(key, kept);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MOST_KEPT && oldest !== undefined) this.kept.delete(oldest);
  }
}

function fingerprints(questions: readonly Question[]): Promise<(string | undefined)[]> {
  return Promise.all(questions.map(({ inputs, envFiles }) => inputs.fingerprint(envFiles)));
}
