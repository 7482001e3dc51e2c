import { readFile } from 'node:fs/promises';

/** Linux tells times in hundredths of a second, whatever its clock ticks at. */
const TICKS_PER_SECOND = 100;

/** The most memory a process has ever held resident (Linux' VmHWM), in megabytes of 10⁶ bytes. */
export async function peakMemoryMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
  return (kibibytes * 1024) / 1e6;
}

/** CPU that a process has used so far, all its threads, without its children. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Behind the program's name, which may hold anything: the fields from the third on.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
