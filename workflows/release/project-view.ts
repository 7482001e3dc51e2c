import { LABELS } from '../model/labels';
import { SLOTS, slotService } from '../model/deployment';
import { labelMap, type ComposeProjectModel, type ComposeService } from './compose-model';

/*
 * A release's model as whoever wrote the Compose file knows it, and may read it: one service where the release has a switch
 * and two slots, no secrets.
 */

/** What the switch has in the service's place. */
const OF_THE_SWITCH = [
  ...(['ports', 'expose', 'networks', 'container_name', 'hostname', 'mac_address'] as const),
  ...(['logging', 'profiles'] as const),
];
/** What a release pins; its images are told beside. */
const PINNED = ['image', 'pull_policy'] as const;

/** Of the rest of a model, what containers are made with. */
const SECTIONS = ['networks', 'volumes', 'secrets', 'configs'] as const;

/**
 * Shape:  a release's model, the services that are asked about (absent: all) → the same without what pawl has added
 */
export function projectView(
  { services = {}, ...rest }: ComposeProjectModel,
  only?: readonly string[],
): ComposeProjectModel {
  const slots = new Set(
    Object.keys(services).flatMap((name) => SLOTS.map((slot) => slotService(name, slot))),
  );
  const names = Object.keys(services).filter(
    (name) => !(slots.has(name) && roleOf(services[name]) === 'slot'),
  );
  const shown = names.filter((name) => only === undefined || only.includes(name));
  return {
    services: Object.fromEntries(shown.map((name) => [name, serviceView(services, name)])),
    ...Object.fromEntries(
      SECTIONS.flatMap((key) => (rest[key] === undefined ? [] : [[key, rest[key]]])),
    ),
  };
}

function serviceView(
  services: Readonly<Record<string, ComposeService>>,
  name: string,
): ComposeService {
  const own = services[name] ?? {};
  const role = roleOf(own);
  if (role === undefined) return own;
  if (role !== 'switch') return without(unlabelled(own), PINNED);
  const slot = services[slotService(name, 'blue')] ?? {};
  const carried = OF_THE_SWITCH.filter((key) => own[key] !== undefined);
  const labels = { ...labelMap(own.labels), ...labelMap(slot.labels) };
  const merged = {
    ...without(slot, OF_THE_SWITCH),
    ...Object.fromEntries(carried.map((key) => [key, own[key]])),
    labels,
  };
  return without(unlabelled(merged), PINNED);
}

function roleOf(service: ComposeService | undefined): unknown {
  return labelMap(service?.labels)[LABELS.role];
}

function unlabelled(service: ComposeService): ComposeService {
  const labels = Object.entries(labelMap(service.labels));
  const kept = labels.filter(([name]) => !name.startsWith('pawl.'));
  if (kept.length === 0) return without(service, ['labels']);
  return { ...service, labels: Object.fromEntries(kept) };
}

function without(service: ComposeService, keys: readonly string[]): ComposeService {
  return Object.fromEntries(Object.entries(service).filter(([key]) => !keys.includes(key)));
}

/** Names of what is likely a secret. */
const SECRET_NAME =
  /pass|pwd|secret|token|api[-_]?key|access[-_]?key|private|credential|auth|salt|cookie|dsn|licen[cs]e|_key$/i;
/** What a variable stands for is not in the text: `${NAME}`, `${NAME:?message}`. */
const VARIABLE_ONLY = /^\$(?:\w+|\{\w+(?::?\?[^}]*)?\})$/;
/** Letters and digits without a word in them. */
const RANDOM = /^(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/_=.-]{20,}$/;
const IN_A_URL = /(:\/\/[^/\s:@]*:)([^/\s@]+)(?=@)/g;
const IN_A_COMMAND =
  /((?:pass(?:word|wd)?|secret|token|api[-_]?key)[\w-]{0,40}(?:=|\s?:\s?|\s))("[^"]*"|'[^']*'|[^\s"']+)/gi;

const HIDDEN = '[redacted]';
const HIDDEN_CHANGE = '[redacted, changed]';

/**
 * The same without secrets that are written in it; a value that was another in `former` says that it has changed.
 * Shape:  any value of a model, what it was before → the value, safe to be shown and kept
 */
export function withoutSecrets<Value>(value: Value, former?: unknown): Value {
  return masked(value, former, []) as Value;
}

function masked(value: unknown, former: unknown, path: readonly string[]): unknown {
  if (Array.isArray(value)) {
    const before = Array.isArray(former) ? (former as unknown[]) : [];
    return value.map((item, at) => masked(item, before[at], [...path, String(at)]));
  }
  if (value !== null && typeof value === 'object') {
    const before = (former ?? {}) as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, masked(item, before[key], [...path, key])]),
    );
  }
  const isText = typeof value === 'string' || typeof value === 'number';
  return isText ? maskedText(String(value), value, former, path) : value;
}

function maskedText(
  text: string,
  value: unknown,
  former: unknown,
  path: readonly string[],
): unknown {
  const hidden = former === undefined || former === value ? HIDDEN : HIDDEN_CHANGE;
  const [name = ''] = path.slice(-1);
  const inEnvironment = path.includes('environment');
  // A list has them as `NAME=value`.
  const [, listed, inList = ''] = inEnvironment ? (/^(\w+)=(.*)$/s.exec(text) ?? []) : [];
  if (listed !== undefined) return `${listed}=${hiddenOr(inList, listed, hidden)}`;
  if (inEnvironment || path.includes('labels') || path.includes('args')) {
    const shown = hiddenOr(text, name, hidden);
    return shown === text ? value : shown;
  }
  // A whole file of the application.
  if (name === 'content') return hidden;
  const shown = text.replace(IN_A_URL, urlWith(hidden)).replace(IN_A_COMMAND, commandWith(hidden));
  return shown === text ? value : shown;
}

function hiddenOr(text: string, name: string, hidden: string): string {
  if (text === '' || VARIABLE_ONLY.test(text)) return text;
  if (SECRET_NAME.test(name) || RANDOM.test(text)) return hidden;
  return text.replace(IN_A_URL, urlWith(hidden)).replace(IN_A_COMMAND, commandWith(hidden));
}

function urlWith(hidden: string) {
  return (whole: string, before: string, password: string): string =>
    VARIABLE_ONLY.test(password) ? whole : `${before}${hidden}`;
}

function commandWith(hidden: string) {
  return (whole: string, before: string, secret: string): string =>
    VARIABLE_ONLY.test(secret) || secret.startsWith(HIDDEN.slice(0, -1))
      ? whole
      : `${before}${hidden}`;
}
