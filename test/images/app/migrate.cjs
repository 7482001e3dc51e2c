/*
 * An application's own migrations, with the schema's revision in /data/schema:
 *   up N | down N | head | fail (a step is done, then it ends with 3) | sleep SECONDS
 */
'use strict';

const { existsSync, readFileSync, writeFileSync } = require('node:fs');

const FILE = '/data/schema';
const [verb, argument = ''] = process.argv.slice(2);
const head = () => (existsSync(FILE) ? readFileSync(FILE, 'utf8') : '0');

switch (verb) {
  case 'up':
  case 'down':
    console.log(`${head()} -> ${argument}`);
    writeFileSync(FILE, argument);
    break;
  case 'head':
    console.log(head());
    break;
  case 'fail':
    writeFileSync(FILE, `${head()}-and-a-half`);
    console.error('the second step cannot be done');
    process.exit(3);
    break;
  case 'sleep':
    setTimeout(() => undefined, Number(argument) * 1000);
    break;
  default:
    console.error(`no such verb: ${verb}`);
    process.exit(2);
}
