/** The parts of a Compose project that a release looks into; everything else is carried as it is. */
export interface ComposeProjectModel {
  readonly name?: string;
  readonly services?: Readonly<Record<string, ComposeService>>;
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

export interface ComposeService {
  readonly image?: string;
  readonly ports?: readonly unknown[];
  readonly expose?: readonly unknown[];
  readonly networks?: Readonly<Record<string, NetworkUse | null>> | readonly string[];
  readonly labels?: Labels;
  readonly depends_on?: Readonly<Record<string, { readonly condition?: string }>>;
  readonly container_name?: string;
  readonly network_mode?: string;
  readonly volumes_from?: readonly string[];
  readonly links?: readonly string[];
  readonly environment?: Readonly<Record<string, unknown>> | readonly string[];
  readonly [key: string]: unknown;
}

type Labels = Readonly<Record<string, unknown>> | readonly string[];

/** How a service is on a network. */
interface NetworkUse {
  readonly aliases?: readonly string[];
  readonly [key: string]: unknown;
}

/** Labels as a map, whatever way they were written. */
export function labelMap(labels: Labels | undefined): Record<string, unknown> {
  if (labels === undefined) return {};
  if (!isList(labels)) return { ...labels };
  return Object.fromEntries(
    labels.map((label) => {
      const [name = '', ...value] = label.split('=');
      return [name, value.join('=')];
    }),
  );
}

export function labelled(service: ComposeService, own: Record<string, string>): ComposeService {
  return { ...service, labels: { ...labelMap(service.labels), ...own } };
}

/** Variables as a map; null where the value is that of whoever asks. */
export function environmentMap({ environment = {} }: ComposeService): Record<string, unknown> {
  if (!isList(environment)) return { ...environment };
  return Object.fromEntries(
    environment.map((line) => {
      const [name = '', ...value] = line.split('=');
      return [name, line.includes('=') ? value.join('=') : null];
    }),
  );
}

/** Networks as a map. */
export function networkMap({
  networks,
}: ComposeService): Readonly<Record<string, NetworkUse | null>> {
  if (networks === undefined) return {};
  return isList(networks) ? Object.fromEntries(networks.map((name) => [name, null])) : networks;
}

function isList<Item>(value: readonly Item[] | object): value is readonly Item[] {
  return Array.isArray(value);
}

/** Compose replaces variables in this file when it is used. */
export function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}
