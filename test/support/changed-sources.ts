import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';

/** New files, by their paths from the project's root, and what becomes of those that are there. */
export interface Change {
  readonly added?: Readonly<Record<string, string>>;
  /** Each text is there once, and has the other put behind it. */
  readonly behind?: Readonly<Record<string, readonly (readonly [text: string, more: string])[]>>;
}

const ROOT = join(__dirname, '../..');

/** The project's sources as they would be with a change, which no file on the disk has. */
export class ChangedSources {
  private readonly options: ts.CompilerOptions;
  /** Of files that no change has touched: read and parsed once. */
  private readonly parsed = new Map<string, ts.SourceFile | undefined>();

  constructor() {
    const file = join(ROOT, 'tsconfig.json');
    const { config } = ts.readConfigFile(file, (path) => readFileSync(path, 'utf8')) as {
      config: unknown;
    };
    this.options = ts.parseJsonConfigFileContent(config, ts.sys, ROOT).options;
  }

  /** The text of a file with the change in it. */
  textOf(file: string, { added = {}, behind = {} }: Change): string {
    const own = added[file];
    if (own !== undefined) return own;
    let text = readFileSync(join(ROOT, file), 'utf8');
    for (const [place, more] of behind[file] ?? []) {
      if (text.split(place).length !== 2) throw new Error(`${file} has not once: ${place}`);
      text = text.replace(place, () => `${place}${more}`);
    }
    return text;
  }

  /** Those of these files that do not compile then. */
  refusedBy(files: readonly string[], change: Change): readonly string[] {
    const program = ts.createProgram(
      files.map((file) => join(ROOT, file)),
      { ...this.options, incremental: false, noEmit: true },
      this.hostWith(change),
    );
    return files.filter((file) => {
      const source = program.getSourceFile(join(ROOT, file));
      return program.getSemanticDiagnostics(source).length > 0;
    });
  }

  private hostWith(change: Change): ts.CompilerHost {
    const host = ts.createCompilerHost(this.options, true);
    const isChanged = (path: string): boolean => {
      const file = relative(ROOT, path);
      return change.added?.[file] !== undefined || change.behind?.[file] !== undefined;
    };
    return {
      ...host,
      directoryExists: (path) =>
        Object.keys(change.added ?? {}).some((file) => join(ROOT, file).startsWith(`${path}/`)) ||
        existsSync(path),
      fileExists: (path) => isChanged(path) || existsSync(path),
      readFile: (path) =>
        isChanged(path) ? this.textOf(relative(ROOT, path), change) : host.readFile(path),
      getSourceFile: (path, version) => {
        if (isChanged(path)) {
          const text = this.textOf(relative(ROOT, path), change);
          return ts.createSourceFile(path, text, version, true);
        }
        if (!this.parsed.has(path)) this.parsed.set(path, host.getSourceFile(path, version));
        return this.parsed.get(path);
      },
    };
  }
}
