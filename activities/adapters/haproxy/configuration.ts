import { createHash } from 'node:crypto';
import type { Maintenance } from '../../../workflows/model/maintenance';
import { SLOTS, slotService, type Slot } from '../../../workflows/model/deployment';
import { SWITCH_MOUNT } from '../../../workflows/model/switch-mount';
import { weightOf, type Traffic } from '../../../workflows/model/traffic';
import type { SwitchSettings } from '../../ports/switches';
import { BETWEEN_FORMS, maintenancePage, NO_PAGE, PAGE_FORMS, requestTarget } from './as-data';

/** Of the container that HAProxy runs in, and of who steers it. */
export interface SwitchHost {
  /** User that the sockets belong to. */
  readonly uid: number;
  /** Whether its kernel knows IPv6 at all: without, HAProxy refuses to begin where it should listen on `::`. */
  readonly ipv6: boolean;
}

/** What the file holds, in its first line. */
export interface Desired {
  readonly settings: SwitchSettings;
  readonly traffic: Traffic;
  readonly maintenance?: Maintenance;
}

export const BACKEND = 'app';
/** Addresses and states, handed from a worker to the next: by itself, a new one knows no server until DNS answers. */
export const SERVERS_STATE = 'servers.state';
/** Always empty: what it would hold is set at run time, and lost with the process, which then has the file's. */
export const LIVE_MAP = 'live.map';
/** The one key of that map. */
export const PAGE_KEY = 'page';
/** That map, as the runtime socket knows it. */
export const MAP = `${SWITCH_MOUNT}/${LIVE_MAP}`;

const MARK = '# pawl: ';

/**
 * The whole of HAProxy's file.
 * Source: HAProxy 2.6 configuration manual, 3.1, 4.2, 5.2, 5.3; runs on 3.0 too
 */
export function renderConfiguration(service: string, desired: Desired, host: SwitchHost): string {
  const fixed = renderBody(service, { settings: desired.settings, traffic: NONE }, host, '');
  const shape = createHash('sha256').update(fixed).digest('hex').slice(0, 32);
  return `${MARK}${JSON.stringify(desired)}\n${renderBody(service, desired, host, shape)}`;
}

const NONE: Traffic = { blue: 'off', green: 'off' };

/** What the file was written for. Undefined when its first line is not pawl's. */
export function readDesired(file: string): Desired | undefined {
  const [first = ''] = file.split('\n', 1);
  if (!first.startsWith(MARK)) return undefined;
  return JSON.parse(first.slice(MARK.length)) as Desired;
}

/** All of the file that only a reload brings to a running process, as a fingerprint that the process can be asked for. */
export function shapeIn(text: string): string | undefined {
  return /^ *description:? pawl-(\w*)$/m.exec(text)?.[1];
}

function renderBody(
  service: string,
  desired: Desired,
  { uid, ipv6 }: SwitchHost,
  shape: string,
): string {
  const { settings, maintenance } = desired;
  const page = maintenance === undefined ? NO_PAGE : maintenancePage(maintenance.message);
  // fd-hard-limit: 20,000 connections where the engine allows as many files, fewer where it does not.
  // timeout check: without it, an answer would have to come within `inter`.
  // rise: what was down is up with its first good check; a release has had more good answers before.
  // idle-close-on-response: a connection that is kept alive through a reload is closed after its next answer, not under
  // the client that is just about to send.
  // hold: an address that DNS denies is given up, since another container may get it; where DNS is silent, it is kept.
  return `global
  description pawl-${shape}
  fd-hard-limit 40100
  tune.bufsize 32768
  stats socket ${SWITCH_MOUNT}/admin.sock mode 600 uid ${uid} level admin expose-fd listeners
  server-state-file ${SWITCH_MOUNT}/${SERVERS_STATE}
  user haproxy
  group haproxy
  hard-stop-after 1h

defaults
  mode http
  load-server-state-from-file global
  option forwardfor
  option http-keep-alive
  option idle-close-on-response
  option redispatch 1
  http-reuse safe
  retries 3
  retry-on conn-failure
  timeout connect 2s
  timeout client 10m
  timeout server 10m
  timeout tunnel 24h
  timeout http-request 30s
  timeout http-keep-alive 75s
  timeout queue 30s
  timeout check 3s

resolvers docker
  nameserver docker 127.0.0.11:53
  accepted_payload_size 8192
  resolve_retries 3
  timeout resolve 1s
  timeout retry 1s
  hold valid 1s
  hold obsolete 1s
  hold nx 1s
  hold other 1s
  hold refused 1h
  hold timeout 1h

frontend in
  ${binds(settings.port, ipv6)}
  http-request set-var(txn.page) str(${PAGE_KEY}),map(${MAP},${page})
  acl served var(txn.page) -m str ${NO_PAGE}
  acl wants-html req.hdr(accept) -i -m sub text/html
  acl wants-json req.hdr(accept) -i -m sub /json +json
  acl wants-text req.hdr(accept) -i -m sub text/plain
  ${maintained('json', 'application/json')} if !served wants-json !wants-html
  ${maintained('text', 'text/plain; charset=utf-8')} if !served wants-text !wants-html
  ${maintained('html', 'text/html; charset=utf-8')} if !served
  default_backend ${BACKEND}

backend ${BACKEND}
  balance roundrobin
  option httpchk
  ${checkOf(settings)}
  http-check expect status 200-399
  default-server check inter 500ms downinter 100ms fall 2 rise 1 ${RESOLVED}
${serverTemplates(service, settings.port, desired)}
${furtherPorts(service, desired, ipv6)}`;
}

const RESOLVED = 'resolvers docker resolve-prefer ipv4 init-addr last,none';

/** A socket for each family: that of IPv4 is handed on by a HAProxy that had no other. */
function binds(port: number, ipv6: boolean): string {
  return ipv6 ? `bind :${port}\n  bind :::${port} v6only` : `bind :${port}`;
}

/** `tcp-9090`, as HAProxy calls what carries a further port. */
function tcpBackend(port: number): string {
  return `tcp-${port}`;
}

/** All that have the slots' servers. */
export function backendsOf({ tcp = [] }: SwitchSettings): readonly string[] {
  return [BACKEND, ...tcp.map(tcpBackend)];
}

/** The port of its servers; undefined where there is no such backend. */
export function portOf({ port, tcp = [] }: SwitchSettings, backend: string): number | undefined {
  return backend === BACKEND ? port : tcp.find((further) => tcpBackend(further) === backend);
}

/**
 * What else the service listens on, passed on connection by connection. Each server is up while the service's own check
 * passes: a connection that nobody asked for would be an error in the log of many a protocol. In a maintenance nobody new
 * is let in.
 * Source: HAProxy 2.6 configuration manual, "timeout tunnel": in TCP it takes the place of the client's and server's
 */
function furtherPorts(service: string, desired: Desired, ipv6: boolean): string {
  const { tcp = [], port } = desired.settings;
  if (tcp.length === 0) return '';
  const closed = desired.maintenance === undefined ? NO_PAGE : PAGE_KEY;
  const sections = tcp.map(
    (further) => `
listen ${tcpBackend(further)}
  ${binds(further, ipv6)}
  tcp-request connection reject unless { str(${PAGE_KEY}),map(${MAP},${closed}) -m str ${NO_PAGE} }
  balance roundrobin
  option httpchk
  ${checkOf(desired.settings)}
  http-check expect status 200-399
  default-server check port ${port} inter 2s fastinter 500ms downinter 500ms fall 2 rise 1 ${RESOLVED}
${serverTemplates(service, further, desired)}
`,
  );
  return `
defaults tcp
  mode tcp
  load-server-state-from-file global
  option clitcpka
  option srvtcpka
  option redispatch 1
  retries 1
  timeout connect 2s
  timeout client 10m
  timeout server 10m
  timeout tunnel 24h
  timeout queue 30s
  timeout check 3s
${sections.join('')}`;
}

function checkOf({ check }: SwitchSettings): string {
  return `http-check send meth GET uri '${requestTarget(check)}' ver HTTP/1.1 hdr Host localhost hdr User-Agent pawl`;
}

function maintained(form: (typeof PAGE_FORMS)[number], type: string): string {
  const answer = `http-request return status 503 content-type "${type}" hdr Retry-After 30 hdr Cache-Control no-store`;
  const at = `field(${PAGE_FORMS.indexOf(form) + 1},${BETWEEN_FORMS})`;
  return `${answer} lf-string "%[var(txn.page),${at},url_dec]"`;
}

/** `drain` is weight 0 for a process that starts: nothing new comes, and there is nothing in flight yet. */
function serverTemplates(service: string, port: number, { settings, traffic }: Desired): string {
  const lines = SLOTS.map((slot) => {
    const address = `${slotService(service, slot)}:${port}`;
    const disabled = traffic[slot] === 'off' ? ' disabled' : '';
    return `  server-template ${slot}- 1-${settings.replicas} ${address} weight ${weightOf(traffic[slot])}${disabled}`;
  });
  return lines.join('\n');
}

/** `blue-1`, as HAProxy names the servers of a template. */
export function serverNames(slot: Slot, replicas: number): readonly string[] {
  return Array.from({ length: replicas }, (_, index) => `${slot}-${index + 1}`);
}
