/** What may be written to: a terminal, a pipe, or a test's. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** Where a command line was called, and what it was called with: this process's own, or a test's. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** By performance.now(), whose zero is the start of the process. */
  readonly calledAt: number;
}

export function ofThisProcess(): Surroundings {
  const { env, stdin, stdout, stderr } = process;
  return { cwd: process.cwd(), env, stdin, stdout, stderr, calledAt: 0 };
}
