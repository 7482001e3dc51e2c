/*
 * Asks a service under its name, as its neighbours do, until there is the file STOP: 20 times a second at its first port and 5
 * times at each further one, each time on a connection of its own. Prints how often each version answered, by port.
 */
'use strict';

const { existsSync } = require('node:fs');
const { get } = require('node:http');

const [host, stop, ...ports] = process.argv.slice(2);
const seen = Object.fromEntries(ports.map((port) => [port, {}]));

function ask(port) {
  const count = (what) => {
    seen[port][what] = (seen[port][what] ?? 0) + 1;
  };
  const asked = get({ host, port, agent: false, timeout: 10_000 }, (answer) => {
    let text = '';
    answer.on('data', (chunk) => (text += chunk));
    answer.on('end', () => count(answer.statusCode === 200 ? text.trim() : 'failed'));
  });
  asked.on('timeout', () => asked.destroy(new Error('timeout')));
  asked.on('error', () => count('failed'));
}

const [first, ...further] = ports;
const timers = [
  setInterval(() => ask(first), 50),
  setInterval(() => further.forEach(ask), 200),
  setInterval(() => {
    if (!existsSync(stop)) return;
    timers.forEach(clearInterval);
    setTimeout(() => {
      console.log(JSON.stringify(seen));
      process.exit(0);
    }, 1000);
  }, 100),
];
