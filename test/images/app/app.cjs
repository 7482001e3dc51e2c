/*
 * A web application whose behaviour is set by its environment:
 *   VERSION           answered by GET /version, and in the header x-version of every answer
 *   HEALTH            `never`: GET /healthz answers 503
 *   FAIL_PERCENT      of all other answers are 500
 *   DELAY_MS          added to every answer but that of /healthz
 *   DIE_AFTER_MS      it exits with 1 after so long
 */
'use strict';

const { createHash } = require('node:crypto');
const { createServer } = require('node:http');
const { hostname } = require('node:os');

const env = process.env;
const version = env.VERSION ?? 'none';
const failPercent = Number(env.FAIL_PERCENT ?? 0);
const delay = Number(env.DELAY_MS ?? 0);
let requests = 0;

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});

async function answer(request, response) {
  const url = new URL(request.url, 'http://app');
  response.setHeader('x-version', version);
  if (url.pathname === '/healthz') {
    response.statusCode = env.HEALTH === 'never' ? 503 : 200;
    response.end('health\n');
    return;
  }
  requests += 1;
  if (delay > 0) await sleep(delay);
  // Evenly, so that a short test sees its share.
  if (failPercent > 0 && (requests * failPercent) % 100 < failPercent) {
    response.statusCode = 500;
    response.end('failed on purpose\n');
    return;
  }
  switch (url.pathname) {
    case '/version':
      response.end(`${version}\n`);
      break;
    case '/slow':
      await sleep(Number(url.searchParams.get('ms') ?? 2000));
      response.end(`${version}\n`);
      break;
    case '/echo':
      for await (const chunk of request) response.write(chunk);
      response.end();
      break;
    case '/stream':
      await stream(response, Number(url.searchParams.get('seconds') ?? 30));
      break;
    case '/whoami':
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          version,
          hostname: hostname(),
          headers: request.headers,
          httpVersion: request.httpVersion,
        }),
      );
      break;
    default:
      response.statusCode = 404;
      response.end('not found\n');
  }
}

async function stream(response, seconds) {
  const until = Date.now() + seconds * 1000;
  for (let number = 0; Date.now() < until && !response.destroyed; number += 1) {
    response.write(`${number}\n`);
    await sleep(100);
  }
  response.end('end\n');
}

// A WebSocket that echoes short text frames and sends a number each second.
const sockets = new Set();
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n' +
      `x-version: ${version}\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  );
  const text = (content) =>
    Buffer.concat([Buffer.from([0x81, content.length]), Buffer.from(content)]);
  let number = 0;
  const timer = setInterval(() => socket.write(text(String((number += 1)))), 1000);
  sockets.add(socket);
  socket.on('data', (frame) => {
    const length = frame[1] & 0x7f;
    const mask = frame.subarray(2, 6);
    const content = Buffer.from(
      frame.subarray(6, 6 + length).map((byte, at) => byte ^ mask[at % 4]),
    );
    if ((frame[0] & 0x0f) === 8) socket.end();
    else socket.write(text(content.toString()));
  });
  const close = () => {
    clearInterval(timer);
    sockets.delete(socket);
  };
  socket.on('close', close);
  socket.on('error', close);
});

process.on('SIGTERM', () => {
  for (const socket of sockets) socket.end();
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 10_000).unref();
});
if (env.DIE_AFTER_MS) setTimeout(() => process.exit(1), Number(env.DIE_AFTER_MS));
server.listen({ host: '0.0.0.0', port: 8000, backlog: 511 }, () =>
  console.log(`version ${version}`),
);
