/**
 * Of a stream of unknown length an evenly spread part, in order and without chance: every item, then every second, every fourth, as many as fit.
 * It ends with more than half of its capacity, where there were as many.
 */
export interface SpreadSample<Item> {
  readonly items: readonly Item[];
  offer(item: Item): void;
}

export function createSpreadSample<Item>(capacity: number): SpreadSample<Item> {
  let items: Item[] = [];
  let stride = 1;
  let offered = 0;
  return {
    get items() {
      return items;
    },
    offer(item) {
      if (offered++ % stride !== 0 || capacity === 0) return;
      if (items.length === capacity) {
        items = items.filter((_item, i) => i % 2 === 0);
        stride *= 2;
        if ((offered - 1) % stride !== 0) return;
      }
      items.push(item);
    },
  };
}
