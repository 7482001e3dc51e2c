/*
 * An application's own migrations, with the schema's revision in /data/schema.json:
 *   up N | down N | head | fail (ends with 3 after half a step) | sleep SECONDS
 */
'use strict';

const { existsSync, readFileSync, writeFileSync } = require('node:fs');

const FILE = '/data/schema.json';
const [verb, argument = ''] = process.argv.slice(2);
const head = () => (existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')).revision : '0');
const write = (revision) => writeFileSync(FILE, JSON.stringify({ revision }));

switch (verb) {
  case 'up':
  case 'down':
    console.log(`${head()} -> ${argument}`);
    write(argument);
    break;
  case 'head':
    console.log(head());
    break;
  case 'fail':
    write(`${head()}-and-a-half`);
    console.error('the second half cannot be done');
    process.exit(3);
    break;
  case 'sleep':
    setTimeout(() => undefined, Number(argument) * 1000);
    break;
  default:
    console.error(`no such verb: ${verb}`);
    process.exit(2);
}
