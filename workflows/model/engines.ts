import type { Part } from './recovery-point';
import type { EngineKind } from './stack';

/** What there is to know of an engine without asking it. */
export interface EngineFacts {
  /** What a part consists of, as a person counts it: one of them. */
  readonly unit: 'row' | 'document' | 'file';
  /** What an entry is: databases of a server, a folder, or one file. */
  readonly place: 'server' | 'folder' | 'file';
  /** The longest name of a database, in octets of UTF-8. Present with `server`. */
  readonly databaseNameBytes?: number;
  /** What is built and kept beside is a database of its own: its name has a suffix, and must not be too long with it. */
  readonly renamesDatabases: boolean;
  /** Kinds of parts of which single objects can be left out of a restore. */
  readonly objectsIn: readonly Part['kind'][];
  /** What it can be asked of a database in a drill, beside whether its content is equal. */
  readonly drillGates: readonly ('parse' | 'structure' | 'engine')[];
  /** Whether a check of a release may ask it in SQL. */
  readonly answersSql: boolean;
}

/** Every engine that pawl has. A new one is a line here, its entry in `stack.ts`, and what the compiler asks for then. */
export const ENGINES: Readonly<Record<EngineKind, EngineFacts>> = {
  postgres: {
    unit: 'row',
    place: 'server',
    // It cuts longer ones without a word (NAMEDATALEN - 1).
    databaseNameBytes: 63,
    renamesDatabases: true,
    objectsIn: ['database'],
    drillGates: ['parse', 'structure', 'engine'],
    answersSql: true,
  },
  mongodb: {
    unit: 'document',
    place: 'server',
    databaseNameBytes: 63,
    renamesDatabases: false,
    objectsIn: [],
    drillGates: ['engine'],
    answersSql: false,
  },
  sqlite: {
    unit: 'row',
    place: 'file',
    renamesDatabases: false,
    objectsIn: [],
    // Its own check is part of each look at its content.
    drillGates: [],
    answersSql: false,
  },
  files: {
    unit: 'file',
    place: 'folder',
    renamesDatabases: false,
    objectsIn: [],
    drillGates: [],
    answersSql: false,
  },
};

/** Of a name that may be anybody's. */
export function engineFacts(engine: unknown): EngineFacts | undefined {
  const isKnown = typeof engine === 'string' && Object.hasOwn(ENGINES, engine);
  return isKnown ? ENGINES[engine as EngineKind] : undefined;
}
