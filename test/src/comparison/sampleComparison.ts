// A comparison with made-up numbers of the shape that real ones have, for tests of its page.

import { PNG } from 'pngjs';
import type {
  Comparison,
  Descent,
  GradientMap,
  Measurement,
  ScenePictures,
  Timings,
} from '../../../src/comparison/results.ts';

/** Each method with the angle by which its gradients are off, how many times too long they are, and how wide its band is. */
const made = [
  { label: 'hard', type: 'hard', off: 0, times: 0, band: 0 },
  { label: 'dibr', type: 'dibr', off: 20, times: 1.08, band: 2.2 },
  { label: 'dibr boxSize=0.05 <unbiased>', type: 'dibr', off: 9, times: 1.02, band: 3 },
  { label: 'softras', type: 'softras', off: 8, times: 0.99, band: 4 },
  { label: 'nmr', type: 'nmr', off: 18, times: 9.4, band: 7 },
  { label: 'antialias', type: 'antialias', off: 5, times: 0.97, band: 0.9 },
  { label: 'edge', type: 'edge', off: 3, times: 0.95, band: 1 },
];
const resolutions = [32, 64, 128];
const scenes = [
  { name: 'triangle', title: 'One triangle', rings: 0, cases: 600 },
  { name: 'sphere', title: 'Sphere & its <copy>', rings: 3, cases: 1 },
];
const descentNames = ['translate', 'rotate', 'scale', 'deform'] as const;

function optionsOf(label: string): Record<string, number> {
  return label.includes('boxSize') ? { boxSize: 0.05 } : {};
}

/** Noise that is the same every time, −1 … 1. */
function wobble(n: number): number {
  return Math.sin(12.9898 * n + 4.1 * Math.sin(78.233 * n));
}

function measurements(): Measurement[] {
  return scenes.flatMap(({ name, cases }) =>
    made.flatMap(({ label, off, times }, m) =>
      resolutions.flatMap((resolution) =>
        (['silhouette-l2', 'color-l1'] as const).map((loss): Measurement => {
          const angle = (off * (1 + 0.1 * m)) / Math.sqrt(resolution / 32);
          const cosine = Math.cos((angle * Math.PI) / 180);
          const standardError = cases > 1 ? (1 - cosine) / 12 : 0;
          return {
            scene: name,
            method: label,
            resolution,
            loss,
            cases,
            cosine:
              times === 0 ? null : { mean: cosine, standardError, worst: cosine - 0.2 * (cases > 1 ? 1 : 0) },
            cosineToLimit:
              cases > 1 && loss === 'silhouette-l2' && times > 0
                ? { mean: cosine - 0.003, standardError, worst: cosine - 0.3 }
                : null,
            normRatio: { mean: times, standardError: cases > 1 ? 0.004 : 0 },
            angle: times === 0 ? null : { median: angle, p95: 3.1 * angle },
            zeroShare: times === 0 ? 1 : 0.02 * m,
            signAgreement: times === 0 ? 0 : 1 - angle / 200,
            sumRule: times === 0 ? 1 : Math.abs(times - 1),
            oracleError: 3.2e-13,
          };
        }),
      ),
    ),
  );
}

/** A closed outline: a triangle, or a circle with rings of vertices inside. */
function outline(rings: number): { vertices: number[]; edges: number[] } {
  const around = rings === 0 ? 3 : 36;
  const vertices: number[] = [];
  const edges: number[] = [];
  for (let ring = 0; ring < Math.max(1, rings); ring++) {
    const radius = 0.65 * (1 - ring / Math.max(1, rings));
    for (let i = 0; i < around; i++) {
      const angle = (2 * Math.PI * (i + 0.3)) / around;
      vertices.push(radius * Math.cos(angle), radius * Math.sin(angle));
      edges.push(ring * around + i, ring * around + ((i + 1) % around));
      if (ring > 0) edges.push(ring * around + i, (ring - 1) * around + i);
    }
  }
  return { vertices, edges };
}

function scenePictures(): ScenePictures[] {
  return scenes.map(({ name, rings }, s) => {
    const { vertices, edges } = outline(rings);
    const exact = vertices.map((value, i) => {
      const [x, y] = [vertices[i & ~1], vertices[i | 1]];
      const silhouette = Math.hypot(x, y) > 0.64;
      return silhouette ? 0.02 * value * (x + 0.6 * wobble(i >> 1)) : 0;
    });
    const turned = (degrees: number, times: number) =>
      exact.map((_, i) => {
        const angle = (degrees * wobble(i >> 1) * Math.PI) / 180;
        const [x, y] = [exact[i & ~1], exact[i | 1]];
        const value =
          i & 1 ? x * Math.sin(angle) + y * Math.cos(angle) : x * Math.cos(angle) - y * Math.sin(angle);
        return Number((times * value).toPrecision(6));
      });
    return {
      scene: name,
      resolution: 64,
      loss: 'silhouette-l2',
      image: drawDisk(64, s, 0),
      target: drawDisk(64, s, 0.12),
      vertices,
      edges,
      gradients: [
        { label: 'oracle', values: exact },
        ...made.map(({ label, off, times }) => ({ label, values: turned(2 * off, times) })),
      ],
      maps: [
        map('oracle', 1, 1),
        ...made.map(({ label, band, times }) => map(label, band, Math.min(times, 3))),
      ],
    };
  });
}

function map(label: string, band: number, times: number): GradientMap {
  const size = 64;
  const largest = 2e-4 * Math.max(1, times);
  const codes = new Int16Array(size * size);
  for (let r = 0; r < size; r++) {
    for (let c = 0; c < size; c++) {
      const [x, y] = [(2 * c + 1 - size) / size, (size - 2 * r - 1) / size];
      const distance = (Math.hypot(x, y) - 0.65) * 32;
      const fall = band === 0 ? 0 : Math.exp(-((distance / band) ** 2)) / Math.sqrt(band);
      codes[r * size + c] = Math.round(((32767 * 2e-4 * times) / largest) * fall * x * x * Math.sign(x));
    }
  }
  const values = Buffer.from(codes.buffer).toString('base64');
  return { label, width: size, height: size, scale: largest / 32767, values };
}

function descents(): Descent[] {
  return descentNames.flatMap((scene) =>
    made.map(({ label, off, times }, m) => ({
      scene,
      method: label,
      resolution: 64,
      steps: Array.from({ length: 101 }, (_, step) => {
        const left =
          times === 0 ? 1 : Math.exp(-step / (12 + off)) * (1 + 0.04 * wobble(step + 7 * m)) + 0.001 * off;
        return { step, loss: 0.08 * left, iou: 0.98 - 0.4 * left };
      }),
    })),
  );
}

/** A shaded disk on a grey ground, as a data URL. */
function drawDisk(size: number, scene: number, shift: number): string {
  const png = new PNG({ width: size, height: size });
  for (let r = 0; r < size; r++) {
    for (let c = 0; c < size; c++) {
      const [x, y] = [(2 * c + 1 - size) / size - shift, (size - 2 * r - 1) / size];
      const height = 0.42 - x * x - y * y;
      const light = 0.4 + 0.8 * Math.sqrt(Math.max(0, height)) - 0.3 * x;
      const tint = height < 0 ? [30, 30, 34] : [190 - 90 * scene, 140 + 30 * scene, 80 + 110 * scene];
      png.data.set(
        [...tint.map((value) => Math.min(255, value * (height < 0 ? 1 : light))), 255],
        4 * (r * size + c),
      );
    }
  }
  return `data:image/png;base64,${PNG.sync.write(png).toString('base64')}`;
}

export const comparison: Comparison = {
  title: 'Gradients of six methods',
  description: 'Made-up numbers for <tests> & looks.',
  command: 'rastergrad compare-gradients --scene triangle,sphere --resolution 32,64,128 --seed 3',
  seed: 3,
  scenes: scenes.map(({ name, title, rings, cases }) => ({
    name,
    title,
    description: 'The target is a copy that stands a little to the right.',
    vertexCount: outline(rings).vertices.length / 2,
    faceCount: rings === 0 ? 1 : 12 * rings * rings,
    cases,
  })),
  methods: made.map(({ label, type }) => ({
    label,
    type,
    summary: `What ${type} does, in a line.`,
    options: optionsOf(label),
  })),
  resolutions,
  losses: ['silhouette-l2', 'color-l1'],
  measurements: measurements(),
  bias: made.flatMap(({ label, off, times }) =>
    resolutions.map((resolution) => {
      const plane = label === 'dibr' ? -0.00995 : 0.0001 * off;
      return {
        method: label,
        resolution,
        cases: 100,
        offsetPixels: times === 0 ? null : { mean: (plane * resolution) / 2, standardError: 0.01 },
        offsetPlane: times === 0 ? null : { mean: plane, standardError: 0.02 / resolution },
      };
    }),
  ),
  descents: descents(),
  pictures: scenePictures(),
};

export const timings: Timings = {
  environment: {
    rastergrad: '0.1.0',
    node: '20.19.2',
    tfjs: '4.22.0',
    backend: 'wasm',
    platform: 'linux x64',
    cpu: 'A processor',
    cores: 2,
    memoryGigabytes: 8,
  },
  measurements: scenes.flatMap(({ name }, s) =>
    made.flatMap(({ label }, m) =>
      resolutions.map((resolution) => ({
        scene: name,
        method: label,
        resolution,
        forwardMs: ((1 + s + m) * resolution) / 90,
        backwardMs: ((1 + s + 2 * m) * resolution) / 110,
        peakBytes: resolution * resolution * 40 * (m + 1),
      })),
    ),
  ),
  descents: descentNames.flatMap((scene) =>
    made.map(({ label }, m) => ({
      scene,
      method: label,
      seconds: Array.from({ length: 101 }, (_, step) => 0.004 * (m + 1) * step),
    })),
  ),
};
