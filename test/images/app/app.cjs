/*
 * A web application whose behaviour is set by its environment:
 *   VERSION           answered by GET /version, and in the header x-version of every answer
 *   HEALTH            `never`: GET /healthz answers 503
 *   HEALTH_AFTER_MS   GET /healthz answers 503 for so long after the start
 *   FAIL_PERCENT      so many of all other answers are 500
 *   DELAY_MS          added to every answer but that of /healthz
 *   SLOW_FACTOR       how many times so long the delay is, 10 ms where DELAY_MS says nothing
 *   DIE_AFTER_MS      it exits with 1 after so long
 * On SIGTERM it takes nothing new, ends what is in flight (10 s at most), and exits with 0.
 */
'use strict';

const { createHash } = require('node:crypto');
const { createServer } = require('node:http');
const { hostname } = require('node:os');

const env = process.env;
const version = env.VERSION ?? 'none';
const failPercent = Number(env.FAIL_PERCENT ?? 0);
const delay = Number(env.DELAY_MS ?? (env.SLOW_FACTOR ? 10 : 0)) * Number(env.SLOW_FACTOR ?? 1);
const healthyAt = Date.now() + Number(env.HEALTH_AFTER_MS ?? 0);
let requests = 0;
let stopping = false;

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});

async function answer(request, response) {
  const chunks = [];
  const { pathname, searchParams } = new URL(request.url, 'http://app');
  response.setHeader('x-version', version);
  if (stopping) response.setHeader('connection', 'close');
  if (pathname === '/healthz') {
    const healthy = env.HEALTH !== 'never' && Date.now() >= healthyAt;
    response.writeHead(healthy ? 200 : 503).end('health\n');
    return;
  }
  requests += 1;
  // Evenly, so that a short test sees its share; by its place at the time it came.
  const fails = failPercent > 0 && (requests * failPercent) % 100 < failPercent;
  if (delay > 0) await sleep(delay);
  if (fails) {
    response.writeHead(500).end('failed on purpose\n');
    return;
  }
  switch (pathname) {
    case '/version':
      response.end(`${version}\n`);
      break;
    case '/slow':
      await sleep(Number(searchParams.get('ms') ?? 2000));
      response.end(`${version}\n`);
      break;
    case '/echo':
      // All of it first: Go's reverse proxy cuts an answer that begins before the question has ended (golang/go#40747).
      for await (const chunk of request) chunks.push(chunk);
      response.end(Buffer.concat(chunks));
      break;
    case '/stream':
      await stream(response, Number(searchParams.get('seconds') ?? 30));
      break;
    case '/whoami':
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({
          ...{ version, hostname: hostname(), url: request.url },
          ...{ headers: request.headers, httpVersion: request.httpVersion },
        }),
      );
      break;
    default:
      response.writeHead(404).end('not found\n');
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

// A WebSocket that echoes text frames of up to 125 octets and sends a number each second.
const sockets = new Set();
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n' +
      `x-version: ${version}\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  );
  let number = 0;
  let received = Buffer.alloc(0);
  const timer = setInterval(() => socket.write(textFrame(String((number += 1)))), 1000);
  sockets.add(socket);
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      const end = 6 + ((received[1] ?? 0) & 0x7f);
      if (received.length < end) return;
      const [opcode, mask] = [received[0] & 0x0f, received.subarray(2, 6)];
      const content = received.subarray(6, end).map((octet, at) => octet ^ mask[at % 4]);
      received = received.subarray(end);
      if (opcode === 8) socket.end();
      else socket.write(textFrame(content));
    }
  });
  const close = () => {
    clearInterval(timer);
    sockets.delete(socket);
  };
  socket.on('close', close).on('error', close);
});

function textFrame(content) {
  const octets = Buffer.from(content);
  return Buffer.concat([Buffer.from([0x81, octets.length]), octets]);
}

process.on('SIGTERM', () => {
  stopping = true;
  for (const socket of sockets) socket.end();
  server.close(() => process.exit(0));
  // A connection that is kept alive is idle when its request has ended, and is not closed by itself.
  setInterval(() => server.closeIdleConnections(), 50);
  setTimeout(() => process.exit(0), 10_000);
});
if (env.DIE_AFTER_MS) setTimeout(() => process.exit(1), Number(env.DIE_AFTER_MS));
server.listen({ host: '0.0.0.0', port: 8000, backlog: 511 }, () =>
  console.log(`version ${version}`),
);
