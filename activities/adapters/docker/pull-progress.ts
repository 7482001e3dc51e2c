import { StringDecoder } from 'node:string_decoder';
import type { OnProgress } from '../../ports/attempt';
import { explain, type RegistryFailure } from './registry-failure';

/** A line of a pull's stream. Source: Engine API, "Create an image" */
interface PullLine {
  /** Of the layer. */
  readonly id?: string;
  readonly status?: string;
  readonly progressDetail?: { readonly current?: number };
  /** The pull has failed: status 200 was sent long before. */
  readonly error?: string;
}

/** Follows a pull to its end; returns why it failed, undefined when it did not. */
export async function readPullProgress(
  stream: NodeJS.ReadableStream,
  onProgress: OnProgress,
): Promise<RegistryFailure | undefined> {
  const fetched = new Map<string, number>();
  let failure: RegistryFailure | undefined;
  for await (const { id, status, progressDetail, error } of linesOf(stream)) {
    if (error !== undefined) failure = explain(error);
    if (status === 'Downloading' && id !== undefined) {
      fetched.set(id, Math.max(fetched.get(id) ?? 0, progressDetail?.current ?? 0));
      onProgress([...fetched.values()].reduce((sum, bytes) => sum + bytes, 0));
    } else {
      // Unpacking: it goes on, and no byte comes.
      onProgress();
    }
  }
  return failure;
}

async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<PullLine> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as PullLine;
  }
  if (rest.trim() !== '') yield JSON.parse(rest) as PullLine;
}
