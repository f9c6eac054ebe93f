/** Things to do later, soonest first. Insertion is a binary search: the queue holds what is pending at a time, hundreds, not the file. */
export interface DueQueue<Item> {
  add(dueSeconds: number, item: Item): void;
  /** Takes out all that is due, in order. */
  takeDue(nowSeconds: number): Item[];
  readonly length: number;
}

export function createDueQueue<Item>(): DueQueue<Item> {
  const queue: { readonly dueSeconds: number; readonly item: Item }[] = [];
  return {
    add(dueSeconds, item) {
      let low = 0;
      let high = queue.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (queue[middle]!.dueSeconds <= dueSeconds) low = middle + 1;
        else high = middle;
      }
      queue.splice(low, 0, { dueSeconds, item });
    },
    takeDue(nowSeconds) {
      let due = 0;
      while (due < queue.length && queue[due]!.dueSeconds <= nowSeconds) due++;
      return queue.splice(0, due).map(({ item }) => item);
    },
    get length() {
      return queue.length;
    },
  };
}
