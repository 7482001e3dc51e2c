/** Where the switch's folder is mounted in its container. */
export const SWITCH_MOUNT = '/pawl-switch';
/** Its configuration there. */
const SWITCH_CONFIGURATION = `${SWITCH_MOUNT}/haproxy.cfg`;

/**
 * What the switch's container runs, as root: a master that reloads without closing its sockets, and a worker. The
 * master's own socket is open to all that come to the folder, which is the worker's user's alone.
 */
export const SWITCH_COMMAND: readonly string[] = [
  ...['haproxy', '-W', '-db', '-S', `${SWITCH_MOUNT}/master.sock,mode,666`],
  ...['-f', SWITCH_CONFIGURATION],
];

/** Of the ports beside the released one that a switch passes on; each is a check of its own every two seconds. */
export const MOST_FURTHER_PORTS = 64;

/**
 * Requests in flight get so long when a switch is stopped. No longer: nobody else is answered meanwhile, and a connection that
 * is only kept alive would hold a HAProxy for as long as it is given (measured: 30 s of 30).
 */
export const SWITCH_GRACE_SECONDS = 5;
