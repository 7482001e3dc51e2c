import type { FailureEvidence } from '../../../workflows/model/failure-type';
import { AdapterError } from '../../ports/adapter-error';
import { parseItemError } from './events';

/** Named in a message or a note. */
const NAMED = 10;

const VANISHED = /no such file or directory/i;

interface Meaning {
  readonly text: RegExp;
  readonly kind: AdapterError['kind'];
  readonly advice?: string;
}

/** What keeps restic from reading or writing one file of a folder. */
const MEANINGS: readonly Meaning[] = [
  {
    text: /permission denied|operation not permitted/i,
    kind: 'CredentialsRejected',
    advice: 'Run the worker as root or as the owner of the files, or exclude them.',
  },
  {
    text: /no space left on device|disk quota exceeded/i,
    kind: 'CommandFailed',
    advice: 'Free space where it is restored, or restore elsewhere with --into.',
  },
  {
    text: /operation not supported|not supported by/i,
    kind: 'PreconditionFailed',
    advice:
      'Restore to a file system that has what the files have: ACLs, extended attributes, links.',
  },
  {
    text: /ciphertext verification|invalid data|does not match|not found in (repository|index)|too short|loadtree|loadblob/i,
    kind: 'VerificationFailed',
    advice:
      '`restic check --read-data` says what is damaged. Restore an older recovery point, or from a copy of the repository.',
  },
];

/** What restic says of single files, line by line: there may be more of it than the end of stderr that is kept. */
export class ItemErrors {
  private readonly vanished = new Set<string>();
  private vanishedCount = 0;
  private readonly others: { item: string; text: string }[] = [];
  private othersCount = 0;

  readonly add = (line: string): void => {
    const error = parseItemError(line);
    if (error === undefined) return;
    if (VANISHED.test(error.text)) {
      this.vanishedCount += 1;
      if (this.vanished.size < NAMED) this.vanished.add(error.item);
      return;
    }
    this.othersCount += 1;
    if (this.others.length < NAMED) this.others.push(error);
  };

  /** Whether nothing but files that vanished was complained of, and something was. */
  get onlyVanished(): boolean {
    return this.othersCount === 0 && this.vanishedCount > 0;
  }

  notes(): string[] {
    if (this.vanishedCount === 0) return [];
    const named = [...this.vanished].join(', ');
    return [
      `These disappeared while they were read, and are left out: ${named}${more(this.vanishedCount, this.vanished.size)}.`,
    ];
  }

  /** Undefined where restic named no file. */
  failure(attempted: string, evidence: FailureEvidence): AdapterError | undefined {
    const [first] = this.others;
    if (first === undefined) return undefined;
    const meaning = MEANINGS.find(({ text }) => text.test(first.text));
    const named = this.others.map(({ item, text }) =>
      text.includes(item) ? text : `${item}: ${text}`,
    );
    const text = `${attempted} failed: ${named.join('; ')}${more(this.othersCount, named.length)}`;
    const advice = meaning?.advice === undefined ? {} : { advice: meaning.advice };
    return new AdapterError(meaning?.kind ?? 'CommandFailed', text, { ...evidence, ...advice });
  }
}

function more(count: number, named: number): string {
  return count > named ? ` and ${(count - named).toLocaleString('en-GB')} more` : '';
}
