import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProcess } from './run-process';

const PATIENCE_SECONDS = 20;

/** The browser; undefined where it is not installed. */
export function chromium(): string | undefined {
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((file) => existsSync(file));
}

/** What a page shows when its scripts have done their work, as HTML. */
export async function pageIn(url: string): Promise<string> {
  const profile = await mkdtemp(join(tmpdir(), 'pawl-browser-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`];
  const wait = [`--virtual-time-budget=${PATIENCE_SECONDS * 1000}`, '--window-size=1600,2400'];
  try {
    const argv = [chromium() ?? 'chromium', ...flags, ...wait, '--dump-dom', url];
    return (await runProcess(argv, { env: process.env })).stdout;
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
}
