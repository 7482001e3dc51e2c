import { resolve } from 'node:path';
import type { StackDescription } from '../workflows/model/stack';
import { explainIssue } from './explain-issue';
import { mergeOverlay } from './merge';
import { normalise } from './normalise';
import { parseYaml } from './parse-yaml';
import { StackFileError } from './problem';
import type { Finding } from './problem';
import { checkRules } from './rules';
import { stackSchema } from './schema';
import type { StackDocument } from './schema';
import { secretMasks, secretMasksInText } from './secret-masks';
import { keyPlace, nodeAt, pathText, toPlain, valuePlace } from './tree';
import type { SourceFile, TreeNode } from './tree';

export interface StackSources {
  readonly base: SourceFile;
  readonly overlay?: SourceFile;
  /** Absolute; the directory of a local stack that names none. Absent for a file apart from its project. */
  readonly ownFolder?: string;
}

export interface LoadedStack {
  readonly description: StackDescription;
  /** The file in its own words, with every default. */
  readonly document: StackDocument;
  /** What was written, and where. */
  readonly written: TreeNode;
}

/** Reads stack files from their text. Throws: StackFileError with every problem at once, and nothing else. */
export function readStack(sources: StackSources): LoadedStack {
  const files = sources.overlay ? [sources.base, sources.overlay] : [sources.base];
  const parsed = files.map(parseYaml);
  const findings = parsed.flatMap((file) => file.findings);
  const [base, overlay] = parsed.map((file) => file.root);
  const broken = parsed.some((file) => !file.root && file.findings.length > 0);
  if (!base || broken) {
    const masked = files.flatMap(secretMasksInText);
    throw new StackFileError(emptyOr(findings, sources.base), { files, masked });
  }

  const written = overlay ? mergeOverlay(base, overlay, findings) : base;
  const checked = stackSchema.safeParse(toPlain(written));
  // What could not be read at all is told once, and not again as missing.
  const told = new Set(findings.map(({ path }) => pathText(path)));
  findings.push(
    ...(checked.error?.issues ?? [])
      .flatMap((issue) => explainIssue(issue, written))
      .filter(({ path }) => !told.has(pathText(path))),
    ...checkRules(written),
    ...directoryFindings(written, sources.ownFolder),
  );
  if (!checked.success || findings.length > 0) {
    const masked = [base, overlay].flatMap((tree) => (tree ? secretMasks(tree) : []));
    throw new StackFileError(findings, { files, masked });
  }
  const directory = resolve(sources.ownFolder ?? '/', checked.data.directory ?? '');
  const document = { ...checked.data, directory };
  return { description: normalise(document, directory), document, written };
}

function emptyOr(findings: readonly Finding[], source: SourceFile): readonly Finding[] {
  if (findings.length > 0) return findings;
  const place = { source, line: 1, column: 1, length: 0 };
  return [
    { place, path: [], message: 'is empty; a stack file needs `stack`, `repository`, `protect`' },
  ];
}

/** Only a stack file in its project's folder may leave the directory out, or give a relative one. */
function directoryFindings(root: TreeNode, ownFolder: string | undefined): readonly Finding[] {
  const path = ['directory'];
  const node = nodeAt(root, path);
  const isAbsolute = node?.kind === 'scalar' && String(node.value).startsWith('/');
  if (ownFolder !== undefined || isAbsolute) return [];
  const message = 'must be the absolute folder of the project, since the stack file lies elsewhere';
  return [{ place: node ? valuePlace(root, path) : keyPlace(root, []), path, message }];
}
