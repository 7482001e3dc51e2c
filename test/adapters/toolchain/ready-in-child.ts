import { makeReady } from '../../../toolchain/make-ready';

/** Run as a process of its own by `make-ready.test.ts`; its environment decides what is found. */
void makeReady(['temporal', 'restic']).then(
  (programs) => {
    console.log(JSON.stringify(programs));
  },
  (error: unknown) => {
    console.error((error as Error).message);
    process.exitCode = 1;
  },
);
