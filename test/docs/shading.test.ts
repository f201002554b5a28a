// The examples of docs/shading.md run, one after the other, and give what the page says.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/packageRoot.ts';
import { runScript } from './runScript.ts';

describe('docs/shading.md', () => {
  it('is a program that runs', () => {
    const page = readFileSync(path.join(packageRoot, 'docs/shading.md'), 'utf8');
    const examples = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
    const shown = `console.log(JSON.stringify({
      shapes: [image, silhouette, normals, uv, depth, three].map(({ shape }) => shape),
      views: silhouette.sub(three).abs().max().dataSync()[0],
      losses: [losses[0], losses[19]],
      means: [image, glossy, outside, flat, grey].map((picture) => picture.mean().dataSync()[0]),
    }));`;
    const output = runScript([...examples, shown].join('\n'));
    const result = JSON.parse(output.trim().split('\n').at(-1)!);
    expect(result.shapes).toEqual([
      [3, 128, 128, 3],
      [3, 128, 128],
      [3, 128, 128, 3],
      [3, 128, 128, 2],
      [3, 128, 128],
      [3, 128, 128],
    ]);
    expect(result.views).toBe(0);
    expect(result.losses[1]).toBeLessThan(result.losses[0] / 3);
    for (const mean of result.means) expect(mean).toBeGreaterThan(0.005);
  }, 60_000);
});
