// Counts the bytes of typed arrays that code allocates. An upper bound of what it needs at once, as nothing counts as freed.

interface Allocations {
  bytes(): number;
  reset(): void;
}

/** Counts from now on, in modules that are loaded later too. Slows allocation down: do not time anything small meanwhile. */
export function countAllocations(): Allocations {
  let bytes = 0;
  const arrays = [
    'Float32Array',
    'Float64Array',
    'Int32Array',
    'Uint32Array',
    'Uint16Array',
    'Uint8Array',
  ] as const;
  for (const name of arrays) {
    const original = globalThis[name] as unknown as new (...values: unknown[]) => ArrayBufferView;
    const counting = new Proxy(original, {
      construct(target, values, newTarget) {
        const made = Reflect.construct(target, values, newTarget) as ArrayBufferView;
        if (!(values[0] instanceof ArrayBuffer)) bytes += made.byteLength;
        return made;
      },
    });
    Object.assign(globalThis, { [name]: counting });
  }
  return {
    bytes: () => bytes,
    reset() {
      bytes = 0;
    },
  };
}
