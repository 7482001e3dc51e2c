import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { cacheDirectory } from './cache-directory';
import { compileKept } from './kept-code';

/*
 * The programs in dist/ are bundles (bundle-programs.cjs). What is slow in them is V8 reading their text: what it makes of
 * it is kept in pawl's cache.
 */

/** Functions are compiled when they are first called: what a long-lived process has called by then is kept. */
const KEEP_AFTER_MILLISECONDS = 5_000;

export interface BundleOptions {
  /** Whether its compiled code is kept, and taken where it was. */
  readonly keep: boolean;
}

type Wrapped = (
  exports: unknown,
  require: NodeJS.Require,
  module: { exports: unknown },
  filename: string,
  folder: string,
  dist: string,
  load: typeof loadBundle,
) => void;

const dist = join(__dirname, '..');
const loaded = new Map<string, unknown>();

/**
 * Runs one of the programs in dist/: its bundle, or, with PAWL_UNBUNDLED, its modules one by one: for a debugger, and for
 * what is put between them from outside.
 */
export function startProgram(name: string, unbundled: string, options: BundleOptions): void {
  if (process.env['PAWL_UNBUNDLED']) createRequire(join(dist, 'x'))(unbundled);
  else loadBundle(name, options);
}

/** Returns what a bundle exports; runs it once a process. */
export function loadBundle(name: string, { keep }: BundleOptions = { keep: true }): unknown {
  if (loaded.has(name)) return loaded.get(name);
  const folder = join(dist, 'bundles');
  const file = join(folder, `${name}.js`);
  // Bundles are ASCII: one byte a character, also in V8.
  const source = readFileSync(file, 'latin1');
  const script = keep
    ? compiledFor({ name, file, source })
    : new Script(source, { filename: file });
  const module = { exports: {} as unknown };
  const run = script.runInThisContext() as Wrapped;
  run(module.exports, createRequire(file), module, file, folder, dist, loadBundle);
  loaded.set(name, module.exports);
  return module.exports;
}

/** What is compiled is kept when the process ends, or has worked for a while, whichever comes first. */
function compiledFor(bundle: { name: string; file: string; source: string }): Script {
  const { script, keep } = compileKept(bundle, join(cacheDirectory(process.env), 'compiled'));
  if (keep === undefined) return script;
  const keepOnce = (): void => {
    clearTimeout(timer);
    process.off('exit', keepOnce);
    keep();
  };
  const timer = setTimeout(keepOnce, KEEP_AFTER_MILLISECONDS);
  timer.unref();
  process.on('exit', keepOnce);
  return script;
}
