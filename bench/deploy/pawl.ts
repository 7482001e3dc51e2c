import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PawlOnThisHost } from '../../examples/demo/pawl-on-this-host';
import { TEST_IMAGES } from '../../test/support/docker';
import { freePort } from '../../worker/free-port';
import { composeFile, removeProject } from './compose-project';
import type { CanaryWindow, Contender, Version } from './contender';
import { imageOf } from './images';

const PASSWORD = 'bench-repository-password';
/** Per cent. */
const CANARY = [10, 50] as const;
const CANARY_LINE = `    canary: {steps: [${CANARY.map((share) => `${share}%`).join(', ')}], pauseSeconds: 5}\n`;

/** pawl's way, by the command line from the first line to the last: what it costs to start is in its seconds. */
export function openPawl(): Promise<Contender> {
  return open('pawl deploy', CANARY_LINE);
}

/** Its traffic at once, as the others do it. */
export function openPawlWithoutCanary(): Promise<Contender> {
  return open('pawl deploy, no canary', '');
}

async function open(title: string, canaryLine: string): Promise<Contender> {
  const folder = await mkdtemp(join(tmpdir(), 'pawl-bench-deploy-'));
  const stack = basename(folder).toLowerCase();
  const port = await freePort('127.0.0.1');
  await mkdir(join(folder, 'uploads'));
  await writeFile(join(folder, 'pawl.yaml'), `${stackFile(stack)}${canaryLine}`);
  const describe = (version: Version): Promise<void> => {
    const api = { image: imageOf(version), ports: [`127.0.0.1:${port}:8000`] };
    return writeFile(join(folder, 'compose.yaml'), composeFile({ api }));
  };
  await describe('1');
  const pawl = await PawlOnThisHost.start(folder, { BENCH_REPOSITORY_PASSWORD: PASSWORD });
  let lastRun = '';
  return {
    title,
    url: `http://127.0.0.1:${port}`,
    release: async (version) => {
      await describe(version);
      lastRun = await run(pawl, 'deploy');
    },
    rollback: async () => {
      lastRun = await run(pawl, 'rollback');
    },
    canary: () => windowsOf(pawl, lastRun),
    remove: async () => {
      await pawl.stop();
      await removeProject(stack);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs it to its end, as a person does who says yes, and tells its number. */
async function run(pawl: PawlOnThisHost, runbook: 'deploy' | 'rollback'): Promise<string> {
  const { code, stdout, stderr } = await pawl.cli(runbook, '-y', '--json');
  if (code !== 0) throw new Error(`pawl ${runbook} exited with ${code}:\n${stdout}${stderr}`);
  const [submitted = ''] = stdout.split('\n', 1);
  return (JSON.parse(submitted) as { run: string }).run;
}

interface StepTimes {
  readonly id: string;
  readonly endedAt: string;
}

/** A share holds from the end of its shift to the end of its judgement. */
async function windowsOf(pawl: PawlOnThisHost, ofRun: string): Promise<CanaryWindow[]> {
  const { stdout } = await pawl.cli('show', ofRun, '--json');
  const { steps } = JSON.parse(stdout) as { steps: readonly StepTimes[] };
  const endOf = (id: string): number | undefined => {
    const ended = steps.find((step) => step.id === id)?.endedAt;
    return ended === undefined ? undefined : Date.parse(ended);
  };
  return CANARY.flatMap((weight) => {
    const [from, to] = [endOf(`shift:api/${weight}`), endOf(`judge:api/${weight}`)];
    // A rollback to a warm slot has no canary.
    return from === undefined || to === undefined ? [] : [{ weight, between: { from, to } }];
  });
}

function stackFile(stack: string): string {
  return `stack: ${stack}
repository: {url: ./repository, password: {env: BENCH_REPOSITORY_PASSWORD}}
protect:
  uploads: {engine: files, path: ./uploads}
release: {switchImage: ${TEST_IMAGES.switch}, recoveryPoint: never, keep: 12}
deploy:
  api:
    strategy: switch
    port: 8000
    ready: {http: /healthz}
`;
}
