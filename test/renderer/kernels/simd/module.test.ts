import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SimdExports } from '../../../../renderer/kernels/simd/exports.ts';
import { Scratch, simd, simdFor } from '../../../../renderer/kernels/simd/module.ts';
import { useTestBackend } from '../../../backend.ts';
import { testNumbers } from '../../../gradient.ts';

await useTestBackend('wasm');

/** A memory of its own, whose allocator never gives anything back. */
function hostMemory() {
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
  let next = 1024;
  const malloc = (bytes: number) => {
    const at = next;
    next += bytes;
    return at;
  };
  return { memory, malloc, free: () => {} };
}

describe('working memory', () => {
  it('grows between two tries of an operation, and lies on whole vectors', () => {
    const scratch = new Scratch(hostMemory());
    let tries = 0;
    const addresses = scratch.run(() => {
      tries++;
      return [scratch.take(5), scratch.take(100), scratch.take(7)];
    });
    expect(tries).toBeGreaterThan(1);
    expect(addresses.every((address) => address % 16 === 0)).toBe(true);
    expect(addresses[1] - addresses[0]).toBeGreaterThanOrEqual(16);
    expect(addresses[2] - addresses[1]).toBeGreaterThanOrEqual(100);
    tries = 0;
    scratch.run(() => {
      tries++;
      scratch.take(50);
    });
    expect(tries).toBe(1);
  });

  it('is shared by operations within operations, and free again after an error', () => {
    const scratch = new Scratch(hostMemory());
    const [outer, inner] = scratch.run(() => [scratch.take(64), scratch.run(() => scratch.take(64))]);
    expect(inner).toBe(outer + 64);
    expect(() =>
      scratch.run(() => {
        scratch.take(64);
        throw new Error('on purpose');
      }),
    ).toThrow('on purpose');
    expect(scratch.run(() => scratch.take(64))).toBe(outer);
  });

  it('says so where there is no more', () => {
    const scratch = new Scratch({ ...hostMemory(), malloc: () => 0 });
    expect(() => scratch.run(() => scratch.take(1000))).toThrow(
      /out of memory \(2\d* bytes of working memory/,
    );
  });
});

describe('compiled kernels', () => {
  it('reach arrays of single precision in the memory of the back end, and no others', () => {
    const { scratch } = simd()!;
    scratch.run(() => {
      const here = scratch.floats(scratch.take(16), 4);
      expect(simdFor(here)).toBe(simd());
      expect(simdFor(here, new Float32Array(4))).toBeUndefined();
      expect(simdFor(scratch.floats64(scratch.take(16), 2))).toBeUndefined();
    });
  });

  // The fused build is the one that this engine runs; the plain one is for those without relaxed SIMD.
  it.each([
    ['kernels.wasm', 1],
    ['kernels.relaxed.wasm', 2],
  ])('%s multiplies matrices of any size', async (file, seed) => {
    const { memory } = hostMemory();
    const bytes = readFileSync(new URL(`../../../../renderer/kernels/simd/${file}`, import.meta.url));
    const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
    const { gemm, gemmScratch } = instance.exports as unknown as SimdExports;
    const [aAt, bAt, cAt, biasAt, work] = [65536, 655360, 1310720, 1900544, 1966080];
    expect(work + gemmScratch()).toBeLessThan(memory.buffer.byteLength);
    for (const [m, n, k] of [
      [1, 1, 1],
      [3, 5, 2],
      [4, 8, 16],
      [9, 17, 33],
      [70, 11, 300],
      [13, 260, 257],
    ]) {
      const a = new Float32Array(memory.buffer, aAt, m * k);
      const b = new Float32Array(memory.buffer, bAt, k * n);
      const bias = new Float32Array(memory.buffer, biasAt, n);
      a.set(testNumbers(m * k, seed));
      b.set(testNumbers(k * n, seed + 10));
      bias.set(testNumbers(n, seed + 20));
      for (let flags = 0; flags < 8; flags++) {
        const [transposeA, transposeB] = [(flags & 1) > 0, (flags & 2) > 0];
        gemm(m, n, k, aAt, transposeA ? m : k, bAt, transposeB ? k : n, cAt, n, biasAt, flags, work);
        const c = new Float32Array(memory.buffer, cAt, m * n);
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let expected = bias[j];
            for (let p = 0; p < k; p++) {
              expected += a[transposeA ? p * m + i : i * k + p] * b[transposeB ? j * k + p : p * n + j];
            }
            if (flags & 4) expected = Math.max(0, expected);
            if (Math.abs(c[i * n + j] - expected) > 1e-6 * k + 1e-6) {
              throw new Error(`${[m, n, k, flags]}: c[${i}, ${j}] is ${c[i * n + j]}, expected ${expected}`);
            }
          }
        }
      }
    }
  });
});
