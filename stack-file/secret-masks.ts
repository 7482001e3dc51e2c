import { mayBePlain } from './plain-variables';
import type { Place, SourceFile, TreeNode } from './tree';
import { ADDRESSED } from './schema-notify';
import { ENVIRONMENT_VARIABLE } from './values';

const SECRET_KEY = /pass|secret|token|credential/i;
const REFERENCE_KEYS = new Set(['env', 'file', 'command']);

/**
 * The places of everything that looks like a secret written into the file. It is an error there, and the error's own
 * excerpt must not carry it into a log.
 */
export function secretMasks(node: TreeNode, inSecret = false): readonly Place[] {
  if (node.kind === 'scalar') return inSecret ? [node.place] : [];
  if (node.kind === 'list') return node.items.flatMap((item) => secretMasks(item, inSecret));
  return [...node.entries].flatMap(([key, { node: value }]) => {
    // Its keys are names of the user's choice: an entry or a service called `tokens` is no secret.
    if ((key === 'protect' || key === 'deploy' || key === 'copies') && value.kind === 'mapping') {
      return [...value.entries.values()].flatMap((entry) => secretMasks(entry.node));
    }
    if (key === 'notify' && value.kind === 'mapping') {
      return [...value.entries.values()].flatMap((entry) => channelMasks(entry.node));
    }
    // What may stand there is shown, but for a password in a URL.
    if (key === 'environment' && value.kind === 'mapping') {
      return [...value.entries].flatMap(([name, { node: variable }]) =>
        mayBePlain(name) && variable.kind === 'scalar'
          ? urlPassword(variable.written, variable.place)
          : secretMasks(variable, true),
      );
    }
    if (inSecret && REFERENCE_KEYS.has(key)) return key === 'env' ? misplacedSecret(value) : [];
    if (key === 'url' && value.kind === 'scalar') return urlPassword(value.written, value.place);
    return secretMasks(value, inSecret || SECRET_KEY.test(key) || key === 'environment');
  });
}

/** Whoever knows the address of a channel may send there: it is masked as a secret is. */
function channelMasks(channel: TreeNode): readonly Place[] {
  if (channel.kind !== 'mapping') return secretMasks(channel);
  const addressed: readonly string[] = ADDRESSED;
  return [...channel.entries].flatMap(([key, { node }]) =>
    addressed.includes(key) ? secretMasks(node, true) : secretMasks(node, SECRET_KEY.test(key)),
  );
}

/** `{env: hunter2!}`: the secret itself where the name of its variable belongs. */
function misplacedSecret(node: TreeNode): readonly Place[] {
  const isName = node.kind === 'scalar' && ENVIRONMENT_VARIABLE.test(String(node.value));
  return isName ? [] : secretMasks(node, true);
}

/** `rest:https://user:password@host/`. */
export const URL_PASSWORD = /(:\/\/[^/@\s:]*:)([^/@\s]+)@/;

function urlPassword(written: string, place: Place): readonly Place[] {
  const match = URL_PASSWORD.exec(written);
  if (!match?.[1] || !match[2]) return [];
  return [
    { ...place, column: place.column + match.index + match[1].length, length: match[2].length },
  ];
}

/** The same for a file whose syntax is broken: whatever follows such a key on its line. */
export function secretMasksInText(source: SourceFile): readonly Place[] {
  const pattern =
    /((?:(?:pass|secret|token|credential)\w{0,40}|\b(?:webhook|ntfy|slack|discord|ping))['"]?\s{0,40}:\s{0,40})([^\s{].*)/gi;
  return source.text.split('\n').flatMap((line, index) =>
    [...line.matchAll(pattern)].map((match) => ({
      source,
      line: index + 1,
      column: match.index + (match[1] ?? '').length + 1,
      length: (match[2] ?? '').length,
    })),
  );
}
