import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '../..');

const files = readdirSync(join(ROOT, 'workflows'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `workflows/${name}`);

/** Of an entry in a backup, of a part in a restore: no run has both. */
const OF_TWO_RUNBOOKS = ['observe:'];

/** The id of `{ id: 'manifest', title: … }`, and `back-up:` of `stepId('back-up', …)`. */
function idWritten(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node) && node.expression.getText() === 'stepId') {
    const [verb] = node.arguments;
    return verb !== undefined && ts.isStringLiteral(verb) ? `${verb.text}:` : undefined;
  }
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  const valueOf = (name: string) =>
    node.properties.find((one) => one.name?.getText() === name && !ts.isSpreadAssignment(one));
  const id = valueOf('id');
  if (id === undefined || valueOf('title') === undefined || !ts.isPropertyAssignment(id)) return;
  return ts.isStringLiteral(id.initializer) ? id.initializer.text : undefined;
}

function placesOfIds(): ReadonlyMap<string, ReadonlySet<string>> {
  const places = new Map<string, Set<string>>();
  for (const file of files) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      const id = idWritten(node);
      if (id !== undefined) places.set(id, (places.get(id) ?? new Set()).add(file));
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return places;
}

it('writes the id of a step in one file, from which its plan and its run have it', () => {
  const places = [...placesOfIds()];
  expect(places.map(([id]) => id)).toEqual(
    expect.arrayContaining(['manifest', 'back-up:', 'record', 'shift:', 'swap-back:', 'maintain:']),
  );
  const several = places.filter(([id, { size }]) => size > 1 && !OF_TWO_RUNBOOKS.includes(id));
  expect(several.map(([id, found]) => `${id} in ${[...found].join(', ')}`)).toEqual([]);
});
