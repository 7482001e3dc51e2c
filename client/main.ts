#!/usr/bin/env node
import { runCli } from './cli';

// `pawl runs | head -1` closes our output early: that is the reader's right.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}

void runCli(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});
