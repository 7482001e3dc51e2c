import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** Stands in a text for what is put into it at run time. */
export const HOLE = '\u{fffc}';

export interface SourceText {
  /** `client/render/failure.ts:37` */
  readonly place: string;
  readonly text: string;
}

/** Every text that a source file has, as the program says it: escapes read, and a hole for each `${…}`. */
export function sourceTexts(root: string, file: string): SourceText[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(`${root}/${file}`, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const texts: SourceText[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(node);
    if (text !== undefined) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      texts.push({ place: `${file}:${line + 1}`, text });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts;
}

/** Undefined of what is no text, and of an import's path. */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteralLike(node))
    return ts.isImportDeclaration(node.parent) ? undefined : node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head, ...node.templateSpans.map(({ literal }) => literal)]
    .map(({ text }) => text)
    .join(HOLE);
}
