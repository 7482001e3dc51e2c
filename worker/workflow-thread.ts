/*
 * The thread in which a worker runs workflows: Temporal's own, as a program of dist/, so that it is bundled like the others
 * (toolchain/bundle-programs.cjs).
 */
import '@temporalio/worker/lib/workflow/workflow-worker-thread';
