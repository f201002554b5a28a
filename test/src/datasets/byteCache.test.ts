import { describe, expect, it } from 'vitest';
import { ByteCache } from '../../../src/datasets/byteCache.ts';

describe('cache', () => {
  it('forgets what was not asked for the longest when there is no more room', () => {
    const cache = new ByteCache<string>(100);
    cache.set('a', 'A', 40);
    cache.set('b', 'B', 40);
    expect(cache.get('a')).toBe('A');
    cache.set('c', 'C', 40);
    expect([cache.has('a'), cache.has('b'), cache.has('c'), cache.bytes]).toEqual([true, false, true, 80]);
    cache.set('d', 'D', 90);
    expect([cache.get('a'), cache.get('c'), cache.get('d'), cache.bytes]).toEqual([
      undefined,
      undefined,
      'D',
      90,
    ]);
  });

  it('counts a value that is replaced once, and keeps nothing that is too large', () => {
    const cache = new ByteCache<string>(100);
    cache.set('a', 'A', 60);
    cache.set('a', 'AA', 70);
    expect([cache.get('a'), cache.bytes]).toEqual(['AA', 70]);
    cache.set('b', 'B', 101);
    expect([cache.has('a'), cache.has('b')]).toEqual([true, false]);
  });
});
