import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { hostOp, KeptFloats, simdFor, wasmMemoryBytes } from '../../../renderer/backend/index.ts';
import { useTestBackend } from '../../backend.ts';

describe.each(['wasm', 'cpu'] as const)('kept floats on the %s back end', (backend) => {
  beforeAll(() => useTestBackend(backend));

  it('are zeros at first, also where something was before', () => {
    const first = new KeptFloats(1000);
    first.values.fill(3);
    first.dispose();
    const second = new KeptFloats(1000);
    expect(second.values).toEqual(new Float32Array(1000));
    second.dispose();
  });

  it('stay what they are from operation to operation, while the memory grows', () => {
    const kept = new KeptFloats(100);
    for (let step = 1; step <= 3; step++) {
      const [grown] = hostOp([], [{ shape: [8_000_000 * step], dtype: 'float32' }], () => {
        const { values } = kept;
        for (let i = 0; i < values.length; i++) values[i] += i;
      });
      expect([...kept.values]).toEqual(Array.from({ length: 100 }, (_, i) => step * i));
      grown.dispose();
    }
    kept.dispose();
  });

  it('are not there after they were given back', () => {
    const gone = new KeptFloats(10);
    gone.dispose();
    expect(() => gone.values).toThrow('after dispose()');
  });

  it('can be none', () => {
    const none = new KeptFloats(0);
    expect(none.values.length).toBe(0);
    none.dispose();
    none.dispose();
  });
});

describe('on the wasm back end', () => {
  beforeAll(() => useTestBackend('wasm'));

  it('the compiled kernels reach them', () => {
    const kept = new KeptFloats(8);
    expect(simdFor(kept.values)).toBeDefined();
    kept.dispose();
  });

  it('their memory is given back', () => {
    const size = 4_000_000;
    new KeptFloats(size).dispose();
    const before = wasmMemoryBytes();
    for (let i = 0; i < 200; i++) new KeptFloats(size).dispose();
    expect(wasmMemoryBytes()).toBe(before);
  });

  it('more than there is room for is an error that says so', () => {
    const { numTensors } = tf.memory();
    expect(() => new KeptFloats(2 ** 30 - 1)).toThrow(/out of memory \(4294967292 bytes wanted/);
    expect(() => new KeptFloats(2 ** 30 + 1)).toThrow(/out of memory \(4294967300 bytes wanted/);
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});
