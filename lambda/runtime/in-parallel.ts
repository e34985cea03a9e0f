/**
 * Runs an action for each item, at most so many at once, and answers in the order of the items. When one throws no further one
 * is begun, and nothing is in flight any more when this throws.
 */
export async function inParallel<Item, Result>(items: readonly Item[], most: number, action: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  const errors: unknown[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length && errors.length === 0) {
      const index = next;
      next += 1;
      try {
        results[index] = await action(items[index]);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  if (errors.length > 0) {
    throw errors[0];
  }
  return results;
}
