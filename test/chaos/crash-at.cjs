/*
 * Preloaded into a worker under test (NODE_OPTIONS=--require …): kills it with SIGKILL at one edge of one activity, once.
 *
 * PAWL_TEST_CRASH = {"activity": "backUpPart", "edge": "start" | "end", "marker": "/tmp/…"}
 * The marker is made before the kill, so that the worker that comes next goes on.
 */
const { closeSync, openSync } = require('node:fs');
const Module = require('node:module');

const { activity, edge, marker } = JSON.parse(process.env.PAWL_TEST_CRASH);
const load = Module._load;

Module._load = function loadAndWrap(...args) {
  const exported = load.apply(this, args);
  const create = exported?.createHostActivities;
  if (typeof create === 'function' && !create.crashing) exported.createHostActivities = crashing(create);
  return exported;
};

function crashing(create) {
  const wrapped = (ports) => {
    const activities = create(ports);
    const body = activities[activity];
    if (body === undefined) throw new Error(`there is no activity ${activity}`);
    return { ...activities, [activity]: (input) => atEdge(body, input) };
  };
  wrapped.crashing = true;
  return wrapped;
}

async function atEdge(body, input) {
  if (edge === 'start') crashOnce();
  const output = await body(input);
  if (edge === 'end') crashOnce();
  return output;
}

function crashOnce() {
  try {
    closeSync(openSync(marker, 'wx'));
  } catch (error) {
    if (error.code === 'EEXIST') return;
    throw error;
  }
  process.kill(process.pid, 'SIGKILL');
}
