import { rename, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type BundleOptions } from '@temporalio/worker';
import { buildIdOf, splitSourceMap, workflowBundlePath } from './workflow-bundle';

type WebpackConfigHook = NonNullable<BundleOptions['webpackConfigHook']>;

const packageRoot = join(__dirname, '..', '..');

/*
 * Run by `npm run build`, after tsc: bundles the workflows once, so that no worker needs webpack when it starts.
 * Renamed into place: a worker that starts meanwhile reads the old bundle or the new one, never a half.
 */
async function main(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(__dirname, '..', 'workflows', 'index.js'),
    workflowInterceptorModules: [join(__dirname, '..', 'workflows', 'run', 'refuse-unsealed.js')],
    failureConverterPath: join(__dirname, '..', 'sealing', 'failure-converter.js'),
    // Made once a thread and not once a workflow: it takes 55 ms, and as much garbage. What it and its imports export is
    // frozen: a RegExp among it could not be searched by any more (zod sets its lastIndex).
    preloadModules: [join(__dirname, '..', 'workflows', 'requests', 'request-schema.js')],
    logger: new DefaultLogger('WARN'),
    webpackConfigHook: (config) => withoutUnused(withoutMachinePaths(config)),
  });
  const path = workflowBundlePath();
  const partial = `${path}.${process.pid}`;
  const bundle = withoutSources(code);
  await writeFile(partial, bundle);
  await rename(partial, path);
  console.log(`${path}: ${(bundle.length / 1024).toFixed(0)} KiB, build ${await buildIdOf(path)}`);
}

/** Equal sources give equal code, wherever they lie; and stack traces in histories name files of the package. */
const withoutMachinePaths: WebpackConfigHook = (config) => ({
  ...config,
  devtool: 'inline-cheap-module-source-map',
  context: packageRoot,
  output: {
    ...config.output,
    pathinfo: false,
    devtoolModuleFilenameTemplate: ({ absoluteResourcePath }: { absoluteResourcePath: string }) =>
      absoluteResourcePath.replaceAll(`${packageRoot}${sep}`, ''),
  },
});

/** Of zod, messages in 50 languages and conversions from and to JSON Schema: two thirds of it, which every worker would load. */
const withoutUnused: WebpackConfigHook = (config) => {
  const zod = dirname(require.resolve('zod/package.json'));
  const unused = [
    'locales/index',
    'classic/from-json-schema',
    'core/to-json-schema',
    'core/json-schema-processors',
    'core/json-schema-generator',
  ];
  const without = unused.map((name) => [join(zod, 'v4', `${name}.cjs`), false] as const);
  const alias = Object.assign(Object.fromEntries(without), config.resolve?.alias);
  return { ...config, resolve: { ...config.resolve, alias } };
};

/** The source map stays: it names the line of a failure. Columns and the sources in it go: most of what a worker would load. */
function withoutSources(code: string): string {
  const [script, map] = splitSourceMap(code);
  const slim = { ...(JSON.parse(map) as object), sourcesContent: undefined };
  return asciiOnly(script) + Buffer.from(JSON.stringify(slim)).toString('base64');
}

/** One letter beyond, in a comment, and V8 holds all of it in two bytes a letter: 2 MB more, in each of two threads. */
function asciiOnly(script: string): string {
  return script.replace(/[\u0080-\uffff]/g, (letter) => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

void main();
