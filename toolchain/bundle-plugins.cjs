// What bundling pawl's programs needs beside esbuild: files that find others by their own place, packages that are rarely
// needed, and Temporal's protobuf definitions, of which a program uses one in ten. Every change to a package's text is
// looked for, and a build fails where it does not fit any more.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const vm = require('node:vm');

const root = path.join(__dirname, '..');
const modules = path.join(root, 'node_modules');

/** Files of packages that read what lies beside them, and whose dependency they are: none of ours, so maybe not beside ours. */
const PLACED = {
  '@temporalio/core-bridge/common.js': '@temporalio/worker',
  'source-map/lib/read-wasm.js': '@temporalio/worker',
};

/** `__dirname` in a bundle is the bundle's. Own files keep the place that the compiler gives them in dist/, packages theirs. */
const places = {
  name: 'places',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
      const content = fs.readFileSync(file, 'utf8');
      if (!/\b__(?:dirname|filename)\b/.test(content)) return undefined;
      return { contents: placeInDist(file) + content, loader: 'ts' };
    });
    build.onLoad({ filter: filesOf(PLACED) }, ({ path: file }) => ({
      contents: placeInPackage(file) + fs.readFileSync(file, 'utf8'),
    }));
  },
};

/** On the first line, since source maps count lines. */
function placeInDist(file) {
  const relative = path.relative(root, file).replace(/\.ts$/, '.js');
  const folder = path.dirname(relative);
  return `const __dirname = PAWL_DIST + ${text(`/${folder}`)}, __filename = PAWL_DIST + ${text(`/${relative}`)};`;
}

function placeInPackage(file) {
  const name = nameInPackage(file);
  const [modulePath, resolved] = [
    "require('node:module')",
    `require.resolve(${text(`${PLACED[name]}/package.json`)})`,
  ];
  return `var __filename = ${modulePath}.createRequire(${resolved}).resolve(${text(name)}), __dirname = require('node:path').dirname(__filename);`;
}

function nameInPackage(file) {
  return file.slice(file.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function filesOf(table) {
  const names = Object.keys(table).map((name) => name.replaceAll('.', '\\.'));
  return new RegExp(`node_modules/(?:${names.join('|')})$`);
}

/** File of a package → what is replaced in it, and how often it is there, once unless told. */
const PATCHES = {
  // The thread that runs workflows is a program of its own.
  '@temporalio/worker/lib/workflow/threaded-vm.js': [
    ["require.resolve('./workflow-worker-thread')", "(PAWL_DIST + '/worker/workflow-thread.js')"],
  ],
  // Would write and compile five functions for a message when one is needed: each when it is called.
  'protobufjs/src/type.js': [
    [
      '    var fullName = this.fullName,\n        types    = [];',
      '    void this.ctor; var fullName = this.fullName,\n        types    = [];',
    ],
    [
      /this\.(encode|decode|verify|fromObject|toObject) = ([\w.]+)\(this\)\((\{[^}]*\})\);/g,
      'lazily(this, "$1", () => $2(this)($3));',
      5,
    ],
    [
      'Type.prototype.setup = ',
      `function lazily(type, name, make) {
  let real;
  const stub = function (...args) {
    real ??= make();
    // What wraps it meanwhile stays.
    if (type[name] === stub) type[name] = real;
    return real.apply(this, args);
  };
  type[name] = stub;
}
Type.prototype.setup = `,
    ],
  ],
  // Would make the classes of 250 requests and answers, of which a program sends ten: each when it is called.
  'protobufjs/src/service.js': [
    ['(method = this._methodsArray[i]).resolve().name', '(method = this._methodsArray[i]).name'],
    [
      'return function rpcMethod(request, callback) {',
      'return function rpcMethod(request, callback) { method.resolve();',
    ],
    [
      'call(this, method, requestType, responseType, request, callback)',
      'call(this, method, method.resolvedRequestType.ctor, method.resolvedResponseType.ctor, request, callback)',
    ],
    [
      '})(method, method.resolvedRequestType.ctor, method.resolvedResponseType.ctor);',
      '})(method);',
    ],
  ],
};

const patches = {
  name: 'patches',
  setup(build) {
    build.onLoad({ filter: filesOf(PATCHES) }, ({ path: file }) => ({ contents: patched(file) }));
  },
};

function patched(file) {
  const name = nameInPackage(file);
  let contents = fs.readFileSync(file, 'utf8');
  for (const [from, to, times = 1] of PATCHES[name]) {
    const found = typeof from === 'string' ? contents.split(from) : [0, ...contents.matchAll(from)];
    if (found.length - 1 !== times) throw new Error(`${name} has not ${times} times: ${from}`);
    contents = contents.replace(from, to);
  }
  return contents;
}

/** Loaded from their package when something of them is used: as asked for, and where that lies. */
const RARE = [
  [/^mongodb$/, 'mongodb'],
  [/^mongodb\/lib\/cmap\/commands$/, 'mongodb/lib/cmap/commands'],
  [/^pino-pretty$/, 'pino-pretty'],
  // Docker over SSH, and BuildKit's sessions.
  [/docker-modem\/lib\/ssh$/, 'docker-modem/lib/ssh'],
  [/dockerode\/lib\/session$/, 'dockerode/lib/session'],
  [/dockerode\/lib\/buildkit$/, 'dockerode/lib/buildkit'],
  // gRPC's own diagnostics.
  [/^@grpc\/proto-loader$/, '@grpc/proto-loader'],
  // Webpack: workflows are bundled when pawl is built.
  [/@temporalio\/worker\/lib\/workflow\/bundler$/, '@temporalio/worker/lib/workflow/bundler'],
];

const rarePackages = {
  name: 'rare packages',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path: asked, resolveDir, namespace }) => {
      if (namespace === 'rare') return { path: asked, external: true };
      const whole = asked.startsWith('.') ? path.join(resolveDir, asked) : asked;
      const found = RARE.find(([pattern]) => pattern.test(whole));
      return found && { path: found[1], namespace: 'rare' };
    });
    build.onLoad({ filter: /./, namespace: 'rare' }, ({ path: name }) => ({
      contents: rareModule(name),
      resolveDir: root,
    }));
  },
};

function rareModule(name) {
  const exported = require(require.resolve(name, { paths: [root] }));
  const real = `require(${text(name)})`;
  const members = Object.keys(exported).map(
    (key) => `get ${text(key)}() { return ${real}[${text(key)}]; }`,
  );
  if (typeof exported !== 'function') return `module.exports = {${members.join(',\n')}};`;
  return `module.exports = Object.defineProperties(function (...args) {
  return new.target ? Reflect.construct(${real}, args) : ${real}.apply(this, args);
}, Object.getOwnPropertyDescriptors({${members.join(',\n')}}));`;
}

/** Of zod, messages in 50 languages and conversions from and to JSON Schema: two thirds of it. */
const withoutUnused = {
  name: 'without unused',
  setup(build) {
    const unused = ['locales/index', 'classic/from-json-schema', 'core/to-json-schema']
      .concat(['core/json-schema-processors', 'core/json-schema-generator'])
      .join('|');
    const filter = new RegExp(`node_modules/zod/v4/(?:${unused})\\.c?js$`);
    build.onLoad({ filter }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
  },
};

/** Packages that lie in a bundle of their own, loaded when the first of them is. `wanted` is told which. */
function fromBundle(bundle, filter, wanted) {
  return {
    name: `from ${bundle}`,
    setup(build) {
      build.onResolve({ filter }, ({ path: name }) => {
        wanted.add(name);
        return { path: name, namespace: bundle };
      });
      build.onLoad({ filter: /./, namespace: bundle }, ({ path: name }) => ({
        contents: `module.exports = PAWL_LOAD(${text(bundle)})[${text(name)}];`,
      }));
    },
  };
}

/** Temporal's definitions, each made when it is first asked for: `@temporalio/proto` makes all 1,200 of them, twice. */
const lazyProto = {
  name: 'lazy proto',
  setup(build) {
    build.onLoad({ filter: /node_modules\/@temporalio\/proto\/protos\/root\.js$/ }, () => ({
      contents: lazyProtoSource(),
      resolveDir: root,
    }));
    build.onLoad(
      { filter: /node_modules\/@temporalio\/proto\/lib\/patch-protobuf-root\.js$/ },
      ({ path: file }) => ({ contents: lazyPatchSource(fs.readFileSync(file, 'utf8')) }),
    );
  },
};

function lazyPatchSource(original) {
  return `${original}
const patchAny = exports.patchProtobufRoot;
exports.patchProtobufRoot = (given) => {
  const root = require('../protos/root.js');
  // Temporal's own comes patched, and also as a copy of its members.
  return given.nested === root.nested ? root : patchAny(given);
};`;
}

function lazyProtoSource() {
  const runtime = path.join(root, 'toolchain', 'lazy-proto.cjs');
  return `module.exports = require(${text(runtime)}).lazyRoot(${JSON.stringify(definitions(), null, 1)});`;
}

/** Shape: → namespace { options, spaces: { name: namespace }, made: { name: definition as JSON }, extensions: { name: definition } } */
function definitions() {
  const real = require(path.join(modules, '@temporalio/proto/protos/json-module.js'));
  real.resolveAll();
  return space(rawDefinitions(), real);
}

/** As the package has them, before protobufjs makes anything of them. */
function rawDefinitions() {
  const file = path.join(modules, '@temporalio/proto/protos/json-module.js');
  let nested;
  class Root {
    addJSON(json) {
      nested = json;
      return this;
    }
  }
  const wrapped = vm.runInThisContext(
    `(function (require, module) {${fs.readFileSync(file, 'utf8')}\n})`,
  );
  wrapped(() => ({ roots: {}, Root }), {});
  return { nested };
}

function space({ options, nested = {} }, real) {
  const result = { options, spaces: {}, made: {}, extensions: {} };
  for (const [name, json] of Object.entries(nested)) {
    const object = real.nested[name];
    if (json.fields ?? json.values ?? json.methods) {
      result.made[name] = JSON.stringify(withWholeNames(json, object));
    } else if (json.id !== undefined) {
      result.extensions[name] = withWholeNames(json, object);
    } else {
      result.spaces[name] = space(json, object);
    }
  }
  return result;
}

/** Names of types from the root on: finding `Payload` from `coresdk` would otherwise make everything on the way. */
function withWholeNames(json, object) {
  const copy = { ...json };
  if (json.extend) {
    copy.extend = object.extensionField.parent.fullName;
    if (object.resolvedType) copy.type = object.resolvedType.fullName;
  }
  if (json.fields) {
    copy.fields = mapValues(json.fields, (field, name) => {
      const type = object.fields[name].resolvedType;
      return type === null ? field : { ...field, type: type.fullName };
    });
  }
  if (json.methods) {
    copy.methods = mapValues(json.methods, (method, name) => {
      const { resolvedRequestType, resolvedResponseType } = object.methods[name];
      const [requestType, responseType] = [
        resolvedRequestType.fullName,
        resolvedResponseType.fullName,
      ];
      return { ...method, requestType, responseType };
    });
  }
  if (json.nested) {
    copy.nested = mapValues(json.nested, (inner, name) =>
      withWholeNames(inner, object.nested[name]),
    );
  }
  return copy;
}

function mapValues(object, change) {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, change(value, key)]),
  );
}

function text(value) {
  return JSON.stringify(value);
}

module.exports = {
  fromBundle,
  lazyProtoSource,
  shared: [places, patches, rarePackages, withoutUnused, lazyProto],
};
