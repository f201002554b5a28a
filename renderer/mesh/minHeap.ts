// A priority queue.

/** Numbers with costs; the cheapest comes out first, of equally cheap ones the lowest number. */
export class MinHeap {
  readonly #costs: number[] = [];
  readonly #items: number[] = [];

  get size(): number {
    return this.#items.length;
  }

  push(item: number, cost: number): void {
    let place = this.#items.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#isBefore(cost, item, parent)) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#costs[place] = cost;
    this.#items[place] = item;
  }

  /** The cheapest number, taken out; −1 where there is none. */
  pop(): number {
    if (this.#items.length === 0) return -1;
    const first = this.#items[0];
    const cost = this.#costs.pop()!;
    const item = this.#items.pop()!;
    const size = this.#items.length;
    if (size === 0) return first;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#isBefore(this.#costs[child + 1], this.#items[child + 1], child)) child++;
      if (this.#isBefore(cost, item, child)) break;
      this.#move(child, place);
      place = child;
    }
    this.#costs[place] = cost;
    this.#items[place] = item;
    return first;
  }

  #isBefore(cost: number, item: number, place: number): boolean {
    const other = this.#costs[place];
    return cost < other || (cost === other && item < this.#items[place]);
  }

  #move(from: number, to: number): void {
    this.#costs[to] = this.#costs[from];
    this.#items[to] = this.#items[from];
  }
}
