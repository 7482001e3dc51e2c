// A migration that keeps everybody else out of a table for so many seconds, as a careless one does.
'use strict';

const { Client } = require('pg');

async function migrate(seconds) {
  const client = new Client();
  await client.connect();
  await client.query('begin');
  await client.query('alter table visits add column note text');
  await client.query('select pg_sleep($1)', [seconds]);
  await client.query('commit');
  await client.end();
}

migrate(Number(process.argv[2])).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
