import { find } from '../../../toolchain/find-program';
import type { Program } from '../../../toolchain/program';
import { surroundingsOfProcess } from '../../../toolchain/surroundings';

/** Run as a process of its own by `two-processes.test.ts`: finds the program that its argument describes. */
const { sha256, ...program } = JSON.parse(process.argv[2] ?? '') as Program & { sha256: string };
const releases = {
  packing: 'plain',
  path: () => 'tiny',
  sha256: { 'linux-amd64': sha256 },
} as const;

void find({ ...program, releases }, surroundingsOfProcess({ platform: 'linux-amd64' })).then(
  (found) => {
    console.log(JSON.stringify(found));
  },
);
