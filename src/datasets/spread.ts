// Some of many, evenly.

/** `count` of the items, spread evenly over them from the first on; all where there are no more. */
export function spread<Item>(items: readonly Item[], count: number): Item[] {
  const chosen = Math.min(count, items.length);
  return Array.from({ length: chosen }, (_, k) => items[Math.floor((k * items.length) / chosen)]);
}
