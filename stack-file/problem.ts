import { renderExcerpt } from './excerpt';
import { printable } from './printable';
import { pathText } from './tree';
import type { Path, Place, SourceFile } from './tree';

/** Something wrong, found anywhere between reading and the last rule. */
export interface Finding {
  /** Absent when it concerns a whole file that could not be read. */
  readonly place?: Place;
  /** The file, where there is no place. */
  readonly file?: string;
  readonly path: Path;
  readonly message: string;
}

export interface Problem {
  readonly file: string;
  /** Counted from 1; absent, as `column` and `excerpt`, when the file could not be read at all. */
  readonly line?: number;
  readonly column?: number;
  /** `protect.accounts.database`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  /** The line, and below it a pointer to the place. */
  readonly excerpt?: string;
}

export interface FindingContext {
  /** In the order in which they are told. */
  readonly files?: readonly SourceFile[];
  /** Places whose text must not be shown. */
  readonly masked?: readonly Place[];
}

/** More of them help nobody; the first ones usually explain the rest. */
const SHOWN_PROBLEMS = 40;

/** Every problem of a stack file at once. */
export class StackFileError extends Error {
  override readonly name = 'StackFileError';
  readonly type = 'StackFileInvalid';
  readonly problems: readonly Problem[];

  constructor(findings: readonly Finding[], context: FindingContext = {}) {
    const { files = [], masked = [] } = context;
    const problems = inReadingOrder(findings, files).map((finding) => toProblem(finding, masked));
    super(problems.map(headline).join('\n'));
    this.problems = problems;
  }

  /** For the terminal: each problem with its line of the file and a pointer. */
  format(): string {
    const shown = this.problems.slice(0, SHOWN_PROBLEMS).map(({ excerpt, ...problem }) => {
      return excerpt === undefined ? headline(problem) : `${headline(problem)}\n${excerpt}`;
    });
    const hidden = this.problems.length - shown.length;
    if (hidden > 0) shown.push(`… and ${hidden} more`);
    return shown.join('\n\n');
  }
}

function headline({ file, line, column, path, message }: Problem): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  return path === '' ? `${place}: ${message}` : `${place} ${path}: ${message}`;
}

/** The only door to a terminal: keys and file names are of anyone's choice. */
function toProblem(finding: Finding, masked: readonly Place[]): Problem {
  const { place } = finding;
  const problem = {
    file: printable(place?.source.name ?? finding.file ?? ''),
    path: printable(pathText(finding.path)),
    message: printable(finding.message),
  };
  if (!place) return problem;
  const { line, column } = place;
  return { ...problem, line, column, excerpt: renderExcerpt(place, masked) };
}

function inReadingOrder(findings: readonly Finding[], files: readonly SourceFile[]): Finding[] {
  const rank = ({ place }: Finding): readonly number[] =>
    place ? [files.indexOf(place.source), place.line, place.column] : [-1, 0, 0];
  return [...findings].sort((left, right) => {
    const others = rank(right);
    return rank(left).reduce((order, value, index) => order || value - (others[index] ?? 0), 0);
  });
}
