import { z } from 'zod';

// The workflow sandbox allows no code made at run time.
z.config({ jitless: true });

/** Of a whole request, which is looked at first; a stack file has half of it. */
const LONGEST_TEXT = 512 * 1024;
const LONGEST_LIST = 10_000;
/** Ten years: a timer of Temporal's takes it, and nobody waits longer. */
const LONGEST_SECONDS = 10 * 366 * 86_400;

const text = z
  .string()
  .max(LONGEST_TEXT)
  .refine((value) => !value.includes('\0'), 'holds a NUL');
const filled = text.min(1);
const list = <Item extends z.ZodType>(item: Item) => z.array(item).max(LONGEST_LIST);
const seconds = z.number().min(0).max(LONGEST_SECONDS);

/**
 * What requests are made of. Bounded all of it: a workflow must not choke on what anybody may send.
 *
 * Frozen, with the schemas in it as they are: these modules are loaded once for all workflows of a thread
 * (worker/build-workflow-bundle.ts), and Temporal freezes what they export down to its last property, but for what is
 * frozen already. A schema makes parts of itself when it is first used, and must not be.
 */
export const shapes = Object.freeze({
  z,
  text,
  filled,
  list,
  argv: list(text).min(1),
  /** As the stack file's names: safe as a file's name, a task queue and a workflow's id. */
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'is no name'),
  person: z.string().min(1).max(320),
  service: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'is no service')
    .max(255),
  seconds,
  /** Of a time that must pass before something is given up: none would give up at once. */
  timeout: seconds.gt(0),
  count: z.int().min(0).max(1_000_000),
  port: z.int().min(1).max(65_535),
  instant: z.iso.datetime(),
});

/** Without loading anything: the catalogue has functions of it. */
export type Shapes = typeof shapes;

/* Holds a schema to its type in `model/`: a key that only one of the two has does not compile. */

type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;
/* eslint-disable @typescript-eslint/no-unnecessary-type-parameters -- the only way to ask for more than assignability */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/* eslint-enable */
export type Matches<Type, Schema extends z.ZodType> = Same<Plain<Type>, Plain<z.infer<Schema>>>;
