import { connect } from 'node:net';

/** Whether something takes connections at `host:port` now. A refusal is known at once, silence after so many milliseconds. */
export function takesConnections(address: string, milliseconds: number): Promise<boolean> {
  const place = placeOf(address);
  if (place === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect({ ...place, timeout: milliseconds });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => {
      end(true);
    });
    socket.once('timeout', () => {
      end(false);
    });
    socket.once('error', () => {
      end(false);
    });
  });
}

/** Undefined for what is no `host:port`: gRPC has names of its own, such as `unix:`. */
function placeOf(address: string): { host: string; port: number } | undefined {
  if (!URL.canParse(`tcp://${address}`)) return undefined;
  const { hostname, port } = new URL(`tcp://${address}`);
  if (hostname === '' || port === '') return undefined;
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}
