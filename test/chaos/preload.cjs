/*
 * Preloaded into a worker under test (NODE_OPTIONS=--require …): makes it die, or wait, at one place of one activity.
 *
 * The faults are in the file that PAWL_TEST_FAULTS names, a list that a test may change while the worker runs:
 *   activity, part, attempt   where; any part and attempt when absent
 *   at               'start' | 'end' of the activity · { bytes } of the stream it moves · { effect } the nth statement or
 *                    rename that changes names
 *   then             'kill' (SIGKILL to the worker itself) | 'hold' (until `<marker>.go` is there)
 *   marker           made when it strikes: each strikes once, so that the worker that comes next goes on
 *   together         markers of the faults of one kill: whoever is at its place waits there until all are at theirs
 *
 * What kills is written down, one line each, in the file that PAWL_TEST_FAULTS names with `.log` behind it. A worker under
 * test is also less patient than others: a test is not to wait for what a worker leaves to the next one.
 */
const { AsyncLocalStorage } = require('node:async_hooks');
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs');
const fsPromises = require('node:fs/promises');
const Module = require('node:module');
const path = require('node:path');
const { pipeline, Transform } = require('node:stream');

const calls = new AsyncLocalStorage();
const file = process.env.PAWL_TEST_FAULTS;

/** Of each worker. Beats go out well within a heartbeat timeout of a second. */
const IMPATIENT = {
  stickyQueueScheduleToStartTimeout: '500 ms',
  maxHeartbeatThrottleInterval: '200 ms',
};

function faults() {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

/** Strikes the first fault that is meant, once. */
async function strike(isMeant) {
  const call = calls.getStore();
  if (call === undefined) return;
  const fault = faults().find(
    (each) =>
      each.activity === call.activity &&
      (each.part === undefined || each.part === call.part) &&
      (each.attempt === undefined || each.attempt === call.attempt) &&
      !existsSync(each.marker) &&
      isMeant(each.at),
  );
  if (fault === undefined) return;
  writeFileSync(fault.marker, call.part ?? '', { flag: 'wx' });
  const context = temporal.Context.current();
  if (fault.then === 'kill') {
    await stayAlive(fault, () => fault.together.every((marker) => existsSync(marker)));
    appendFileSync(`${file}.log`, `${told(fault, call, context)}\n`);
    process.kill(process.pid, 'SIGKILL');
  }
  await stayAlive(
    fault,
    () => existsSync(`${fault.marker}.go`) || context.cancellationSignal.aborted,
  );
}

async function stayAlive({ at }, isOver) {
  while (!isOver()) {
    // Before its first step and after its last one nobody else says that this activity lives.
    if (typeof at === 'string') temporal.Context.current().heartbeat();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function told({ activity, at }, { part }, { info }) {
  const where = typeof at === 'string' ? at : JSON.stringify(at);
  const what = part === undefined ? activity : `${activity} of ${part}`;
  return `${where} of ${what} in ${info.workflowExecution.workflowId}, attempt ${info.attempt}`;
}

/** Of the bundle: each has a context of its own. */
let temporal;

/** What the bundle of faulty-bundle.cjs gets of a module. */
globalThis.PAWL_TEST_GAP = (name, exported) => {
  if (name === '@temporalio/activity') temporal = exported;
  if (name === '@temporalio/worker') makeImpatient(exported.Worker);
  if (name === 'pg') countEffects(exported.Client.prototype, 'query', isChange);
  if (name !== '../activities') return exported;
  return {
    ...exported,
    createHostActivities: (ports) => faulty(exported.createHostActivities(withGates(ports))),
    createRunActivities: (ports) => faulty(exported.createRunActivities(ports)),
  };
};

/** And of what is in no bundle, and of the file that starts one. */
const load = Module._load;
Module._load = function loadAndWrap(...args) {
  const exported = load.apply(this, args);
  if (args[0] === 'mongodb') countEffects(exported.Db.prototype, 'command', isRename);
  if (typeof exported?.startProgram !== 'function') return exported;
  const { startProgram, loadBundle } = exported;
  return {
    ...exported,
    startProgram: (name, ...rest) =>
      name === 'worker' ? startFaulty(args[1].filename, loadBundle) : startProgram(name, ...rest),
  };
};

/** By the bundle's name in `dist/bundles`, from where it lies. */
function startFaulty(program, loadBundle) {
  const bundles = path.join(path.dirname(program), '../bundles');
  const name = path.relative(bundles, process.env.PAWL_TEST_BUNDLE).replace(/\.js$/, '');
  loadBundle(name, { keep: false });
}

countEffects(fsPromises, 'rename', () => true);

function makeImpatient(worker) {
  const create = worker.create;
  if (create.isImpatient) return;
  const createImpatient = (options) => create.call(worker, { ...options, ...IMPATIENT });
  worker.create = Object.assign(createImpatient, { isImpatient: true });
}

function faulty(activities) {
  const wrap = ([activity, body]) => [activity, (input) => run(activity, body, input)];
  return Object.fromEntries(Object.entries(activities).map(wrap));
}

async function run(activity, body, input) {
  // Plans run the same activities; what is told about here are runs.
  const { attempt, workflowExecution } = temporal.Context.current().info;
  if (workflowExecution.workflowId.startsWith('plan/')) return body(input);
  const part = input.part?.name ?? input.stored?.part.name ?? input.entry?.name;
  return calls.run({ activity, part, attempt, effects: 0 }, async () => {
    await strike((at) => at === 'start');
    const output = await body(input);
    await strike((at) => at === 'end');
    return output;
  });
}

/** Counts what succeeded, so that a fault strikes when the change is there and nobody knows yet. */
function countEffects(owner, name, isEffect) {
  const original = owner[name];
  if (original.isCounted) return;
  const counted = function (...args) {
    const output = original.apply(this, args);
    const call = calls.getStore();
    if (call === undefined || !isEffect(args[0])) return output;
    return output.then(async (result) => {
      call.effects += 1;
      await strike((at) => at.effect === call.effects);
      return result;
    });
  };
  owner[name] = Object.assign(counted, { isCounted: true });
}

function isChange(query) {
  const text = typeof query === 'string' ? query : (query?.text ?? '');
  return /allow_connections false|rename to|^commit/.test(text);
}

function isRename(command) {
  return 'renameCollection' in command;
}

function withGates(ports) {
  if (ports.openRepository === undefined) return ports;
  return { ...ports, openRepository: (...args) => gatedRepository(ports.openRepository(...args)) };
}

function gatedRepository(repository) {
  return Object.assign(Object.create(repository), {
    storeStream: (upload) =>
      repository.storeStream({ ...upload, source: Promise.resolve(upload.source).then(gated) }),
    readStream: async (...args) => gated(await repository.readStream(...args)),
  });
}

function gated(source) {
  let bytes = 0;
  const gate = new Transform({
    transform(chunk, _encoding, done) {
      const before = bytes;
      bytes += chunk.length;
      strike((at) => at.bytes > before && at.bytes <= bytes).then(() => done(null, chunk), done);
    },
  });
  pipeline(source.stream, gate, () => undefined);
  return Object.assign(Object.create(source), { stream: gate });
}
