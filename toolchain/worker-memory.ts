/*
 * How much memory a worker's process takes for itself, for those who start one: its bytes are in its programs.
 *
 * Node's heap is told to stay small. Measured: 24 MB less when idle, and 257 → 163 MB at the peak of 400 runs. Garbage is
 * collected on one thread: each 64 KiB of a stream is a new buffer, and collectors side by side free it too late, so that
 * whole collections follow (55 instead of 13 for 1.6 GB) and the worker takes 2.5 instead of 1.4 s of CPU for 0.5 GB. V8
 * that favours size takes 162 → 140 MB until the worker is ready, and the same time and CPU for a backup of 0.6 GB.
 */
export const MEMORY_FLAGS = [
  '--max-semi-space-size=2',
  '--single-threaded-gc',
  '--optimize-for-size',
];

/**
 * glibc keeps an arena per thread, and Temporal's core has many threads. It also keeps for itself what is as large as anything
 * that was once given back, which after the first start's files are megabytes, unless it is told a limit: with one, 153 → 145 MB
 * until the worker is ready. Chunks of streams stay below it: to map each would take longer than to fill it.
 */
export const MEMORY_ENVIRONMENT = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' };
