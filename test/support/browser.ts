import { existsSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../worker/free-port';
import { startChild, stopChild } from '../../worker/server/child';
import { until } from './processes';

const DRIVER = '/usr/bin/chromedriver';
const STOP_GRACE_MILLISECONDS = 5_000;
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--window-size=1600,2400'],
  ...['--no-first-run', '--disable-background-networking', '--disable-component-update'],
  ...['--disable-sync', '--disable-quic'],
];

/** Why there is no browser here; undefined where there is one. */
export function whyNoBrowser(): string | undefined {
  const is = existsSync(DRIVER) && existsSync('/usr/bin/chromium');
  return is ? undefined : 'no Chromium (apt-get install chromium chromium-driver)';
}

/** A page in a browser, as a person sees it. */
export interface Browser {
  open(url: string): Promise<void>;
  /** What is to be read on the page now. */
  text(): Promise<string>;
  /** Follows the link that begins with these words. */
  follow(words: string): Promise<void>;
  close(): Promise<void>;
}

/** Chromium without a window, driven by its own WebDriver. */
export async function startBrowser(): Promise<Browser> {
  const directory = await mkdtemp(join(tmpdir(), 'pawl-browser-'));
  const port = await freePort('127.0.0.1');
  const log = await open(join(directory, 'driver.log'), 'w');
  const env = { PATH: process.env['PATH'], HOME: directory };
  const driver = await startChild({ argv: [DRIVER, `--port=${port}`], env, output: log.fd });
  await log.close();
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const request = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, request);
    const { value } = (await response.json()) as { readonly value: unknown };
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`);
    return value;
  };
  await until(() => ask('GET', '/status').catch(() => undefined));
  const args = [...FLAGS, `--user-data-dir=${join(directory, 'profile')}`];
  const alwaysMatch = { 'goog:chromeOptions': { args } };
  const made = await ask('POST', '/session', { capabilities: { alwaysMatch } });
  const session = `/session/${(made as { readonly sessionId: string }).sessionId}`;
  // What is drawn, and what stands in a frame, has no innerText.
  const script = `const drawn = [...document.querySelectorAll('svg text')].map((one) => one.textContent);
    const framed = [...document.querySelectorAll('iframe')].map((one) => one.contentDocument?.body?.innerText ?? '');
    return [document.body.innerText, ...drawn, ...framed].join('\\n')`;
  const click = `[...document.querySelectorAll('a')].find((one) => one.innerText.startsWith(arguments[0])).click()`;
  return {
    open: async (url) => {
      await ask('POST', `${session}/url`, { url });
    },
    text: async () =>
      (await ask('POST', `${session}/execute/sync`, { script, args: [] })) as string,
    follow: async (words) => {
      await ask('POST', `${session}/execute/sync`, { script: click, args: [words] });
    },
    async close() {
      await ask('DELETE', session);
      await stopChild(driver, STOP_GRACE_MILLISECONDS);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
