import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Enum, NamespaceBase, ReflectionObject, Root, Service, Type } from 'protobufjs';

const ROOT = join(__dirname, '../../..');
const load = createRequire(join(ROOT, 'package.json'));

/** What the bundles have in the place of `@temporalio/proto`. */
function lazyRoot(): Root {
  const { lazyProtoSource } = load('./toolchain/bundle-plugins.cjs') as {
    lazyProtoSource: () => string;
  };
  const module = { exports: {} as unknown };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the text of a module
  new Function('module', 'require', lazyProtoSource())(module, load);
  return module.exports as Root;
}

const { Namespace: Plain } = load('protobufjs/light') as { Namespace: unknown };

const FIELD_FACTS = [
  'name',
  'id',
  'rule',
  'packed',
  'required',
  'delimited',
  'defaultValue',
] as const;

/** All that encoding depends on. Type names are whole in one of them: told by what they resolve to. */
function factsOf(object: ReflectionObject): object {
  const { options } = object;
  const kind = object.constructor.name;
  const { values } = object as Partial<Enum>;
  const fields = (object as Partial<Type>).fieldsArray?.map((field) => {
    field.resolve();
    const { keyType } = field as { keyType?: string };
    const { partOf, resolvedType, type } = field;
    const facts = FIELD_FACTS.map((name) => (field as unknown as Record<string, unknown>)[name]);
    return { facts, keyType, oneof: partOf?.name, type: resolvedType?.fullName ?? type };
  });
  const methods = (object as Partial<Service>).methodsArray?.map((method) => {
    method.resolve();
    const { name, requestStream, responseStream, resolvedRequestType, resolvedResponseType } =
      method;
    const types = [resolvedRequestType?.fullName, resolvedResponseType?.fullName];
    return { name, requestStream, responseStream, types };
  });
  return { kind, options, values, fields, methods };
}

function* walk(namespace: NamespaceBase): Generator<ReflectionObject> {
  for (const object of namespace.nestedArray) {
    yield object;
    if ('nestedArray' in object) yield* walk(object as unknown as NamespaceBase);
  }
}

function byName(root: Root): ReadonlyMap<string, ReflectionObject> {
  return new Map([...walk(root)].map((object) => [object.fullName, object]));
}

describe("Temporal's definitions in the bundles", () => {
  const real = (load('@temporalio/proto') as Root).nested?.['temporal']?.parent as Root;
  real.resolveAll();

  it('are the ones of its package, each with all its fields', () => {
    const lazy = lazyRoot();
    const [ours, theirs] = [byName(lazy), byName(real)];
    expect(theirs.size).toBeGreaterThan(1_200);
    expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
    for (const [name, object] of theirs) {
      expect(factsOf(ours.get(name) ?? lazy)).toEqual(factsOf(object));
    }
  });

  it('are made when they are asked for: no lookup makes others', () => {
    const lazy = lazyRoot();
    const request = lazy.lookupType(
      'temporal.api.workflowservice.v1.StartWorkflowExecutionRequest',
    );
    const input = { payloads: [{ data: Buffer.from('x') }] };
    const bytes = request.encode({ namespace: 'default', workflowId: 'melvin/1', input }).finish();
    const theirs = real.lookupType(request.fullName);
    expect(theirs.toObject(theirs.decode(bytes))).toEqual(request.toObject(request.decode(bytes)));
    expect(madeIn(lazy)).toBeLessThan(60);
  });

  it('are members of their namespaces, as the compiler is told', () => {
    const [ours, theirs] = [lazyRoot(), load('@temporalio/proto') as Root].map(
      (root) => (root as unknown as Members)['temporal']?.['api']?.['enums']?.['v1'],
    );
    const shown = (space: Members | undefined) =>
      Object.keys(space ?? {}).filter((key) => /^[A-Z]/.test(key));
    expect(shown(ours)).toEqual(shown(theirs));
    expect(ours?.['TaskQueueKind']).toEqual(theirs?.['TaskQueueKind']);
  });
});

interface Members {
  readonly [name: string]: Members;
}

function madeIn(namespace: NamespaceBase): number {
  const members = Object.values(Object.getOwnPropertyDescriptors(namespace.nested ?? {}));
  const spaces = members.filter(
    ({ value }) => (value as object | undefined)?.constructor === Plain,
  );
  const made = members.filter((member) => 'value' in member).length - spaces.length;
  return spaces.reduce((sum, { value }) => sum + madeIn(value as NamespaceBase), made);
}
