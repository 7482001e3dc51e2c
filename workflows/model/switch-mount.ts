/** Where the switch's folder is mounted in its container. */
export const SWITCH_MOUNT = '/pawl-switch';
/** Its configuration there. */
export const SWITCH_CONFIGURATION = `${SWITCH_MOUNT}/haproxy.cfg`;

/** What the switch's container runs: a master that reloads without closing its sockets, and a worker. */
export const SWITCH_COMMAND: readonly string[] = [
  ...['haproxy', '-W', '-db', '-S', `${SWITCH_MOUNT}/master.sock`, '-f', SWITCH_CONFIGURATION],
];
