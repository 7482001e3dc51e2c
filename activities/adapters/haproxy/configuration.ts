import { SLOTS, slotService, type Slot } from '../../../workflows/model/deployment';
import type { SlotTraffic, Traffic } from '../../../workflows/model/traffic';
import type { SwitchSettings } from '../../release-ports';

/** What the file holds, in its first line: read back when it is asked what is wanted. */
export interface Desired {
  readonly settings: SwitchSettings;
  readonly traffic: Traffic;
  readonly maintenance?: string;
}

export const BACKEND = 'app';
const MARK = '# pawl: ';

/** Addresses and states for a process that takes another one's place: without it, it would know no server for a second. */
export const SERVERS_STATE = 'servers.state';

/** `blue-1`, as HAProxy names the servers of a template. */
export function serverNames(slot: Slot, replicas: number): readonly string[] {
  return Array.from({ length: replicas }, (_, index) => `${slot}-${index + 1}`);
}

/**
 * The whole of HAProxy's file. Slots are found by Docker's DNS, so that a container that was made anew is found again; what
 * it had at its start stays no longer than a second.
 * Source: HAProxy 2.6 configuration manual, 4.2, 5.2, 5.3
 */
export function configuration(service: string, desired: Desired, uid: number): string {
  const { settings, maintenance } = desired;
  const { port, check } = settings;
  return `${MARK}${JSON.stringify(desired)}
global
  stats socket /pawl-switch/admin.sock mode 600 level admin expose-fd listeners uid ${uid}
  user haproxy
  group haproxy
  fd-hard-limit 40000
  hard-stop-after 1h
  server-state-file /pawl-switch/${SERVERS_STATE}

defaults
  mode http
  load-server-state-from-file global
  option http-keep-alive
  option forwardfor
  option redispatch 1
  retries 3
  retry-on conn-failure
  http-reuse safe
  timeout connect 2s
  timeout client 10m
  timeout server 10m
  timeout tunnel 24h
  timeout http-request 30s
  timeout http-keep-alive 75s
  timeout queue 30s

resolvers docker
  nameserver dns 127.0.0.11:53
  resolve_retries 3
  timeout resolve 1s
  timeout retry 1s
  hold valid 1s
  hold obsolete 1s
  hold nx 1s
  hold refused 5s
  hold timeout 5s
  hold other 5s
  accepted_payload_size 8192

frontend in
  bind :${port}
${maintenance === undefined ? '' : maintenancePage(maintenance)}  default_backend ${BACKEND}

backend ${BACKEND}
  balance roundrobin
  option httpchk
  http-check send meth GET uri ${quoted(check)} ver HTTP/1.1 hdr Host localhost
  http-check expect status 200-399
  default-server check inter 500ms fall 2 rise 2 resolvers docker init-addr none
${SLOTS.map((slot) => serverTemplate(service, slot, settings, desired.traffic[slot])).join('\n')}
`;
}

function serverTemplate(
  service: string,
  slot: Slot,
  { port, replicas }: SwitchSettings,
  traffic: SlotTraffic,
): string {
  const disabled = traffic === 'off' ? ' disabled' : '';
  const weight = typeof traffic === 'object' ? traffic.weight : 0;
  const address = `${slotService(service, slot)}:${port}`;
  return `  server-template ${slot}- 1-${replicas} ${address} weight ${weight}${disabled}`;
}

function maintenancePage(text: string): string {
  const page = `<!doctype html><meta charset="utf-8"><title>Maintenance</title><p>${html(text)}</p>`;
  return `  http-request return status 503 content-type "text/html; charset=utf-8" string ${quoted(page)} hdr Retry-After 30\n`;
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Data, never a directive: single quotes take everything but a single quote and a line break. */
function quoted(text: string): string {
  const oneLine = text.replace(/[\r\n\0]+/g, ' ');
  return `'${oneLine.replaceAll("'", `'\\''`)}'`;
}

/** What the file was written for. Undefined when its first line is not pawl's. */
export function readDesired(file: string): Desired | undefined {
  const [first = ''] = file.split('\n', 1);
  return first.startsWith(MARK) ? (JSON.parse(first.slice(MARK.length)) as Desired) : undefined;
}

/** What only a reload changes. */
export function needsReload(running: Desired, desired: Desired): boolean {
  const fixed = ({ settings, maintenance }: Desired): string =>
    JSON.stringify([settings.port, settings.check, settings.replicas, maintenance ?? null]);
  return fixed(running) !== fixed(desired);
}

/** The commands that bring the running servers to the file, in one line: no slot gets more than its share in between. */
export function trafficCommands({ settings, traffic }: Desired): string {
  return SLOTS.flatMap((slot) => {
    const state = traffic[slot];
    return serverNames(slot, settings.replicas).flatMap((name) => {
      const server = `${BACKEND}/${name}`;
      if (state === 'off')
        return [`set server ${server} weight 0`, `set server ${server} state maint`];
      if (state === 'drain')
        return [`set server ${server} weight 0`, `set server ${server} state drain`];
      return [`set server ${server} weight ${state.weight}`, `set server ${server} state ready`];
    });
  }).join(';');
}
