// Lists of numbers whose length is not known before: typed arrays that double when they are full.

/** Doubles, eight bytes each. */
export class Doubles {
  length = 0;
  #values = new Float64Array(1024);

  push(value: number): void {
    if (this.length === this.#values.length) this.#values = doubled(this.#values, Float64Array);
    this.#values[this.length++] = value;
  }

  get(index: number): number {
    return this.#values[index];
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  finish(): Float64Array {
    return this.#values.slice(0, this.length);
  }
}

/** Whole numbers of 32 bits. */
export class Integers {
  length = 0;
  #values = new Int32Array(1024);

  push(value: number): void {
    if (this.length === this.#values.length) this.#values = doubled(this.#values, Int32Array);
    this.#values[this.length++] = value;
  }

  get(index: number): number {
    return this.#values[index];
  }

  finish(): Int32Array {
    return this.#values.slice(0, this.length);
  }
}

function doubled<A extends Float64Array | Int32Array>(values: A, Type: new (length: number) => A): A {
  const result = new Type(2 * values.length);
  result.set(values);
  return result;
}
