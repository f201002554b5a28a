// Working memory that kernels reuse from call to call, because allocating and clearing it costs as much as the work itself.

interface ArrayConstructor<T> {
  new (length: number): T;
}

/** A buffer that only grows. The returned function gives it with at least `length` elements, holding whatever was left there. */
export function scratch<T extends ArrayLike<number>>(ArrayType: ArrayConstructor<T>): (length: number) => T {
  let buffer = new ArrayType(0);
  return (length) => {
    if (buffer.length < length) buffer = new ArrayType(Math.ceil(length * 1.25));
    return buffer;
  };
}
