import { isAlias, isMap, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { Alias, Document, Node, Scalar, YAMLMap } from 'yaml';
import { Places } from './places';
import { printable, quoted } from './printable';
import type { Finding } from './problem';
import type { MappingNode, Path, Place, ScalarValue, SourceFile, TreeNode } from './tree';

/** The schema is six levels deep. */
const DEEPEST = 24;

/** Aliases of aliases grow exponentially ("billion laughs"); a stack of 500 parts has about 4,000 values. */
const MOST_VALUES = 20_000;

const TOO_DEEP = 'is nested too deeply';

// The schema is named so that a `%YAML 1.1` line cannot bring back `yes` as a boolean and 1:30 as a number.
const YAML_OPTIONS = { schema: 'core', uniqueKeys: false, prettyErrors: false };

export interface ParsedYaml {
  /** Absent when the file is empty or its syntax is broken. */
  readonly root?: TreeNode;
  readonly findings: readonly Finding[];
}

/** Reads the text of one file into a tree. Never throws. */
export function parseYaml(source: SourceFile): ParsedYaml {
  try {
    return parse(source);
  } catch (error) {
    // What is nested thousands of levels deep exhausts the stack of whoever walks through it.
    if (!(error instanceof RangeError)) throw error;
    const place = { source, line: 1, column: 1, length: 0 };
    return { findings: [{ place, path: [], message: TOO_DEEP }] };
  }
}

function parse(source: SourceFile): ParsedYaml {
  const places = new Places(source);
  const document = parseDocument(source.text, YAML_OPTIONS);
  const broken = [...document.errors, ...document.warnings].map((error) => ({
    place: places.at(...error.pos),
    path: [],
    message: syntaxMessage(error.code, error.message),
  }));
  if (broken.length > 0 || !document.contents) return { findings: broken };
  const builder = new TreeBuilder(source, places, document);
  const root = builder.build(document.contents, []);
  return { root, findings: builder.findings };
}

function syntaxMessage(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS')
    return 'a stack file holds one document; remove this `---` and what follows';
  if (message.includes('call stack')) return TOO_DEEP;
  return `not valid YAML: ${message}`;
}

/** Follows aliases, and refuses what has no meaning in a stack file while keeping all that has. */
class TreeBuilder {
  readonly findings: Finding[] = [];
  private readonly anchors: ReadonlyMap<Alias, Node>;
  private values = 0;

  constructor(
    private readonly source: SourceFile,
    private readonly places: Places,
    document: Document.Parsed,
  ) {
    this.anchors = anchorsOf(document);
  }

  build(node: Node | null, path: Path): TreeNode {
    const place = this.placeOf(node);
    this.values += 1;
    if (path.length > DEEPEST) return this.refuse(place, path, TOO_DEEP);
    if (this.values > MOST_VALUES) return this.refuseGrowth(place, path);
    if (isAlias(node)) return this.aliased(node, path, place);
    if (isMap(node)) return this.mapping(node, path, place);
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.build(item as Node, [...path, index]));
      return { kind: 'list', items, place };
    }
    return isScalar(node) ? this.scalar(node, path, place) : emptyScalar(place);
  }

  private aliased(alias: Alias, path: Path, place: Place): TreeNode {
    const target = this.anchors.get(alias);
    if (target) return this.build(target, path);
    return this.refuse(
      place,
      path,
      `there is no anchor \`&${printable(alias.source)}\` before this alias`,
    );
  }

  private mapping(map: YAMLMap, path: Path, place: Place): MappingNode {
    const entries = new Map<string, { key: Place; node: TreeNode }>();
    for (const pair of map.items) {
      const key = pair.key as Node | null;
      const keyPlace = this.placeOf(key);
      const name = isScalar(key) && key.value !== null ? this.written(key) : undefined;
      const refusal = keyRefusal(name, name === undefined ? undefined : entries.get(name)?.key);
      if (name === undefined || refusal !== undefined) {
        this.refuse(keyPlace, name === undefined ? path : [...path, name], refusal ?? '');
        continue;
      }
      entries.set(name, {
        key: keyPlace,
        node: pair.value ? this.build(pair.value as Node, [...path, name]) : emptyScalar(keyPlace),
      });
    }
    return { kind: 'mapping', entries, place };
  }

  private scalar(node: Scalar, path: Path, place: Place): TreeNode {
    const value = node.value as ScalarValue;
    if (typeof value === 'string' && /[\0\p{Cs}]/u.test(value)) {
      return this.refuse(place, path, 'holds a NUL character or half of a surrogate pair');
    }
    const [start = 0, end = 0] = node.range ?? [];
    return { kind: 'scalar', value, written: this.source.text.slice(start, end), place };
  }

  /** A key's text as it was meant: `8080:` and `true:` are names here, not a number and a boolean. */
  private written(key: Scalar): string {
    return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
  }

  private refuseGrowth(place: Place, path: Path): TreeNode {
    if (this.values > MOST_VALUES + 1) return emptyScalar(place);
    return this.refuse(place, path, `the aliases expand to more than ${MOST_VALUES} values`);
  }

  private refuse(place: Place, path: Path, message: string): TreeNode {
    this.findings.push({ place, path, message });
    return emptyScalar(place);
  }

  private placeOf(node: Node | null): Place {
    const [start = 0, end = start] = node?.range ?? [];
    return this.places.at(start, end);
  }
}

function keyRefusal(name: string | undefined, first: Place | undefined): string | undefined {
  if (name === undefined) return 'a key must be text';
  if (first) return `this key stands here a second time; the first is on line ${first.line}`;
  if (name === '<<') return 'merge keys are not part of YAML 1.2; write the keys out';
  if (name === '__proto__' || /[\0\p{Cs}]/u.test(name)) return `${quoted(name)} cannot be a key`;
  return undefined;
}

function emptyScalar(place: Place): TreeNode {
  return { kind: 'scalar', value: null, written: '', place };
}

/** An alias means the nearest anchor of its name *before* it; names may be used again. */
function anchorsOf(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const byName = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Alias: (_, alias) => {
      const target = byName.get(alias.source);
      if (target) targets.set(alias, target);
    },
    Value: (_, node) => {
      if (node.anchor !== undefined) byName.set(node.anchor, node);
    },
  });
  return targets;
}
