/* Stands in for an application: on each port of LISTENS it answers every request with its VERSION. */
'use strict';

const { createServer } = require('node:http');

const servers = process.env.LISTENS.split(',').map((port) =>
  createServer((_request, response) => response.end(`${process.env.VERSION}\n`)).listen(
    Number(port),
  ),
);

process.on('SIGTERM', () => {
  for (const server of servers) server.close();
  setTimeout(() => process.exit(0), 1000);
});
