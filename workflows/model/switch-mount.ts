/** Where the switch's folder is mounted in its container. */
export const SWITCH_MOUNT = '/pawl-switch';
/** Its configuration there. */
export const SWITCH_CONFIGURATION = `${SWITCH_MOUNT}/haproxy.cfg`;
