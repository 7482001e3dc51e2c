import { readFile } from 'node:fs/promises';

/** The most memory a process has ever held resident (Linux' VmHWM), in megabytes of 10⁶ bytes. */
export async function peakMemoryMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
  return (kibibytes * 1024) / 1e6;
}
