// Preloaded into the test application, which then asks its PostgreSQL before each answer, as real ones do. Its health is
// its own.
'use strict';

const http = require('node:http');
const { Pool } = require('pg');

const pool = new Pool();
const { createServer } = http;

http.createServer = (options, answer) =>
  createServer(options, async (request, response) => {
    try {
      if (request.url !== '/healthz') await pool.query('select count(*) from visits');
    } catch (error) {
      response.writeHead(500).end(`${error.message}\n`);
      return;
    }
    answer(request, response);
  });
