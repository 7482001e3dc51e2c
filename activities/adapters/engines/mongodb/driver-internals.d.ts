/**
 * The driver's own carrier of documents that are bytes already (OP_MSG, section kind 1). Its public API takes decoded
 * documents only, and decoding loses what JavaScript's objects cannot hold: see `insert-raw.ts`.
 */
declare module 'mongodb/lib/cmap/commands' {
  export class DocumentSequence {
    constructor(field: string);
    /** Returns the length of the section so far. `document` is for command monitoring only. */
    push(document: unknown, bytes: Uint8Array): number;
  }
}
