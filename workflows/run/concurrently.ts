import { CancellationScope } from '@temporalio/workflow';

/**
 * Does something to all items, at most `width` at a time. The first failure cancels the others and waits for their end,
 * so that nothing goes on behind the caller's back.
 */
export async function concurrently<Item, Output>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Output>,
): Promise<Output[]> {
  const outputs = new Array<Output>(items.length);
  const queue = items.entries();
  const scope = new CancellationScope();
  const lane = async (): Promise<void> => {
    for (const [index, item] of queue) outputs[index] = await work(item);
  };
  return scope.run(async () => {
    const lanes = Array.from({ length: Math.min(width, items.length) }, lane);
    const failed = await Promise.all(lanes).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (failed === undefined) return outputs;
    scope.cancel();
    await Promise.allSettled(lanes);
    throw failed.error;
  });
}

/** Does two things at once. The first failure cancels the other, as `concurrently` does. */
export async function sideBySide<First, Second>(
  first: () => Promise<First>,
  second: () => Promise<Second>,
): Promise<readonly [First, Second]> {
  let one: First | undefined;
  let other: Second | undefined;
  await concurrently(
    [async () => void (one = await first()), async () => void (other = await second())],
    2,
    (work) => work(),
  );
  return [one as First, other as Second];
}
