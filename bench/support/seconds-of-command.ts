import type { PawlOnThisHost } from '../../examples/demo/pawl-on-this-host';

/** A run from the start of its command to its end, as whoever types it waits for it. Throws: what it ended with */
export async function secondsOfCommand(
  pawl: PawlOnThisHost,
  ...argv: string[]
): Promise<{ readonly run: string; readonly seconds: number }> {
  const started = performance.now();
  const { code, stdout, stderr } = await pawl.cli(...argv);
  const seconds = (performance.now() - started) / 1000;
  const run = /^(\S+\/\d+)\s/m.exec(stdout + stderr)?.[1];
  if (code === 0 && run !== undefined) return { run, seconds };
  throw new Error(`pawl ${argv.join(' ')} exited with ${code}:\n${stdout}${stderr}`);
}
