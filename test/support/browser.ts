import { existsSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../worker/free-port';
import { startChild, stopChild } from '../../worker/server/child';
import { until } from './processes';

const DRIVER = '/usr/bin/chromedriver';
const STOP_GRACE_MILLISECONDS = 5_000;
/**
 * A page of Temporal's whose first request failed, on a busy machine, says so, or shows a run without its events, and never
 * asks again: a person reloads it.
 */
const RELOADED_AFTER_SECONDS = 40;
const SHOWN_WITHIN_SECONDS = 150;
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
  /** What is to be read on the page, once all these words are. */
  shown(...words: readonly string[]): Promise<string>;
  /** Follows the link that begins with these words. */
  follow(words: string): Promise<void>;
  /** Clicks what an XPath finds, once it is to be seen, as a mouse does, and types there. */
  click(xpath: string, keys?: string): Promise<void>;
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
  const read = async () =>
    (await ask('POST', `${session}/execute/sync`, { script, args: [] })) as string;
  const firstDisplayed = async (value: string): Promise<string | undefined> => {
    const found = await ask('POST', `${session}/elements`, { using: 'xpath', value });
    for (const element of found as readonly Readonly<Record<string, string>>[]) {
      const path = `${session}/element/${Object.values(element).join('')}`;
      if ((await ask('GET', `${path}/displayed`)) === true) return path;
    }
    return undefined;
  };
  return {
    open: async (url) => {
      await ask('POST', `${session}/url`, { url });
    },
    async shown(...words) {
      const began = performance.now();
      for (let reloads = 0; ;) {
        const text = await read();
        if (words.every((word) => text.includes(word))) return text;
        const seconds = (performance.now() - began) / 1000;
        if (seconds > SHOWN_WITHIN_SECONDS) throw new Error(`not ${words.join(', ')}:\n${text}`);
        if (seconds > (reloads + 1) * RELOADED_AFTER_SECONDS) {
          await ask('POST', `${session}/refresh`, {});
          reloads++;
        }
        await sleep(50);
      }
    },
    follow: async (words) => {
      await ask('POST', `${session}/execute/sync`, { script: click, args: [words] });
    },
    async click(xpath, keys) {
      const element = await until(() => firstDisplayed(xpath), RELOADED_AFTER_SECONDS);
      await ask('POST', `${element}/click`, {});
      if (keys !== undefined) await ask('POST', `${element}/value`, { text: keys });
    },
    async close() {
      await ask('DELETE', session);
      await stopChild(driver, STOP_GRACE_MILLISECONDS);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
