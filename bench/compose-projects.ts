/*
 * Compose projects by others, tried: planned, run by plain Compose, taken over, released again and rolled back, while a
 * neighbour asks each port of the released service. Stand-ins run in the place of the images. Not part of CI, for none of the
 * projects' files is in this repository: FOLDER has a folder for each, with its Compose files and `try.json`.
 *
 *   npm run bench -- compose-projects FOLDER [NAME…]
 */
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PawlOnThisHost } from '../examples/demo/pawl-on-this-host';
import { ensureImage, ensureImages } from '../test/images/build-images';
import { removeContainersOfRun } from '../test/support/containers-of-run';
import { docker, TEST_IMAGES, TestContainer } from '../test/support/docker';
import { RUN_VARIABLE, runName, testLabels } from '../test/support/run-labels';
import { runProcess } from '../test/support/run-process';
import { findProgram } from '../toolchain/find-program';
import { removeProject } from './deploy/compose-project';

/** `try.json`. */
interface Trial {
  readonly repository: string;
  readonly commit: string;
  readonly path: string;
  /** The one that is released. */
  readonly service: string;
  readonly port: number;
  /** What its image exposes, and the stand-in listens on. */
  readonly listens: readonly number[];
  /** Of its image. */
  readonly volumes?: readonly string[];
  /** Services that must be there before it. */
  readonly needs?: readonly string[];
}

interface Tried {
  readonly name: string;
  readonly trial: Trial;
  readonly folder: string;
  readonly project: string;
}

const RUN = runName(process.pid);
const PASSWORD = { TRIED_REPOSITORY_PASSWORD: 'tried' };
const CODE = join(__dirname, 'compose-projects');

async function main(): Promise<void> {
  process.env[RUN_VARIABLE] = RUN;
  const [from, ...wanted] = process.argv.slice(2);
  if (from === undefined) throw new Error('npm run bench -- compose-projects FOLDER [NAME…]');
  await ensureImages(docker);
  const root = await mkdtemp(join(tmpdir(), 'pawl-tried-'));
  const pawl = await PawlOnThisHost.start(root, PASSWORD);
  try {
    const names = wanted.length > 0 ? wanted : (await readdir(from)).sort();
    for (const name of names) await tryOne(pawl, join(from, name), join(root, name), name);
  } finally {
    await pawl.stop();
    await removeContainersOfRun(docker, RUN);
    await rm(root, { recursive: true, force: true });
  }
}

async function tryOne(
  pawl: PawlOnThisHost,
  from: string,
  folder: string,
  name: string,
): Promise<void> {
  await cp(from, folder, { recursive: true });
  const trial = JSON.parse(await readFile(join(folder, 'try.json'), 'utf8')) as Trial;
  const tried: Tried = { name, trial, folder, project: `tried-${name}` };
  const { repository, commit, path } = trial;
  const told = (await outcomeOf(pawl, tried).catch(String)).trim();
  console.log(`${name} (${repository}@${commit} ${path}):\n  ${told.replaceAll('\n', '\n  ')}`);
  // The asker is on its network.
  await removeContainersOfRun(docker, RUN);
  await removeProject(tried.project);
}

async function outcomeOf(pawl: PawlOnThisHost, tried: Tried): Promise<string> {
  const { folder, trial } = tried;
  await mkdir(join(folder, 'kept'), { recursive: true });
  for (const version of ['1', '2']) await standIn(tried, version);
  await describe(tried, '1');
  const file = ['--file', join(folder, 'pawl.yaml')];
  const plan = await pawl.cli('plan', 'deploy', ...file);
  if (plan.code !== 0) return `refused with ${plan.code}: ${plan.stderr.trim()}`;
  await compose(tried, 'up', '--detach', '--no-deps', ...(trial.needs ?? []), trial.service);
  const asker = await startAsker(tried);
  const lines: string[] = [];
  const step = async (title: string, argv: readonly string[]): Promise<void> => {
    const asking = await ask(asker, tried);
    const begin = performance.now();
    const { code, stdout, stderr } = await pawl.cli(...argv, '--yes', ...file);
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    const ended = code === 0 ? '' : `: ${stderr.trim() || stdout.trim()}`;
    lines.push(`${title}: exit ${code} after ${seconds} s, ${await asking()}${ended}`);
  };
  await step('taken over', ['deploy']);
  await describe(tried, '2');
  await step('released again', ['deploy']);
  await step('rolled back', ['rollback']);
  return lines.join('\n');
}

async function standIn({ name, trial }: Tried, version: string): Promise<void> {
  const lines = [
    `FROM ${version === '1' ? TEST_IMAGES.app1 : TEST_IMAGES.app2}`,
    'COPY stand-in.cjs /stand-in.cjs',
    `ENV VERSION=${version} LISTENS=${trial.listens.join(',')}`,
    ...trial.listens.map((port) => `EXPOSE ${port}`),
    ...(trial.volumes ?? []).map((path) => `VOLUME ${path}`),
    'ENTRYPOINT ["node", "/stand-in.cjs"]',
    'CMD []',
  ];
  const files = {
    Dockerfile: Buffer.from(`${lines.join('\n')}\n`),
    'stand-in.cjs': await readFile(join(CODE, 'stand-in.cjs')),
  };
  await ensureImage(docker, imageOf(name, version), TEST_IMAGES.app1, files);
}

function imageOf(name: string, version: string): string {
  return `pawl-test/tried-${name}:${version}`;
}

/** The project's own files, the host's corrections, and the stand-ins. */
function filesOf({ folder }: Tried): readonly string[] {
  const all = ['compose.yaml', 'host.yaml', 'stand-in.yaml'];
  return all.filter((file) => existsSync(join(folder, file)));
}

async function describe(tried: Tried, version: string): Promise<void> {
  const { name, trial, folder, project } = tried;
  const { service, port, needs = [] } = trial;
  const well = '{test: [CMD, "true"], interval: 1s}';
  const quiet = `    healthcheck: !override ${well}\n    command: !reset null\n`;
  const stands = (one: string, image: string): string =>
    `  ${one}:\n    image: ${image}\n    pull_policy: never\n    entrypoint: !reset null\n${quiet}`;
  const others = needs.map((one) => stands(one, imageOf(name, '1')));
  const text = `services:\n${stands(service, imageOf(name, version))}${others.join('')}`;
  await writeFile(join(folder, 'stand-in.yaml'), text);
  await writeFile(
    join(folder, 'pawl.yaml'),
    `stack: ${name}
compose: {files: [${filesOf(tried).join(', ')}], project: ${project}}
repository: {url: ./repository, password: {env: TRIED_REPOSITORY_PASSWORD}}
protect: {kept: {engine: files, path: ./kept}}
release: {switchImage: ${TEST_IMAGES.switch}, recoveryPoint: never}
deploy:
  ${service}: {strategy: switch, port: ${port}, ready: {http: /}, drainSeconds: 3}
`,
  );
}

async function compose(tried: Tried, ...argv: readonly string[]): Promise<void> {
  const { path } = await findProgram('compose');
  const files = filesOf(tried).flatMap((file) => ['--file', file]);
  const line = [path, '--project-name', tried.project, ...files, ...argv];
  const options = { cwd: tried.folder, env: process.env, timeoutSeconds: 180 };
  const { code, stderr } = await runProcess(line, options);
  if (code !== 0) throw new Error(`plain Compose refuses it: ${stderr.trim()}`);
}

/** A neighbour on one of the service's networks. */
async function startAsker({ project, trial }: Tried): Promise<TestContainer> {
  const label = [
    `com.docker.compose.project=${project}`,
    `com.docker.compose.service=${trial.service}`,
  ];
  const [found] = await docker.listContainers({ filters: { label } });
  const [network = 'none'] = Object.keys(found?.NetworkSettings.Networks ?? {}).sort();
  const container = await docker.createContainer({
    ...{ Image: TEST_IMAGES.app1, Labels: testLabels() },
    HostConfig: { Init: true, NetworkMode: network },
  });
  await container.start();
  return new TestContainer(container);
}

/** Asks until it is called; then it tells what was seen. */
async function ask(asker: TestContainer, { trial }: Tried): Promise<() => Promise<string>> {
  const stop = `/tmp/stop-${Date.now()}`;
  const ports = [...new Set([trial.port, ...trial.listens])].map(String);
  const code = await readFile(join(CODE, 'asker.cjs'), 'utf8');
  const asking = asker.exec(['node', '-e', code, '--', 'asker', trial.service, stop, ...ports]);
  return async () => {
    await asker.exec(['touch', stop]);
    const { stdout, stderr } = await asking;
    if (stdout.trim() === '') return stderr.trim();
    const seen = JSON.parse(stdout) as Record<string, Record<string, number>>;
    const told = Object.entries(seen).map(([port, counts]) => `${port} ${toldOf(counts)}`);
    return told.join('; ');
  };
}

function toldOf({ failed = 0, ...versions }: Record<string, number>): string {
  const answered = Object.entries(versions).map(([version, count]) => `${count} by ${version}`);
  return [...answered, `${failed} failed`].join(', ');
}

main().catch((e: unknown) => {
  console.error(e);
  process.exit(1);
});
