import { longFingerprint } from './fingerprint';

/** UTF-16 units of a name in an id. Temporal takes ids of up to 1,000 bytes, and a unit has at most three. */
const LONGEST_NAME = 250;

/**
 * The id of a step that is about one part or entry: its line's, and its activity's in Temporal. Equal names, equal ids;
 * different names, different ones. A step of the run as a whole has an id without colon, so that no name can take it.
 * Shape:  (`back-up`, `accounts/melvin`) → `back-up:accounts/melvin`
 */
export function stepId(verb: string, name: string): string {
  if (name.length <= LONGEST_NAME) return `${verb}:${name}`;
  const mark = `~${name.length}~${longFingerprint(name)}`;
  let head = '';
  for (const character of name) {
    if (head.length + character.length + mark.length > LONGEST_NAME) break;
    head += character;
  }
  return `${verb}:${head}${mark}`;
}
