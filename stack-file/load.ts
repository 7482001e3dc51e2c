import type { StackDescription } from '../workflows/model/stack';
import { findSources } from './find-sources';
import type { LoadOptions } from './find-sources';
import { readStack } from './read-stack';
import type { LoadedStack } from './read-stack';

/** Finds, reads and checks the stack file. Throws: StackFileError with every problem at once. */
export function loadStackFile(options: LoadOptions = {}): StackDescription {
  return openStackFile(options).description;
}

/** As `loadStackFile`, with where each value came from. */
export function openStackFile(options: LoadOptions = {}): LoadedStack {
  return readStack(findSources(options));
}
