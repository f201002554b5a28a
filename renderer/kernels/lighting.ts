// Light reflected by rows of fragments: diffuse (J. H. Lambert, Photometria, 1760) and, by option, glossy (B. T. Phong, "Illumination for
// computer generated pictures", Communications of the ACM 1975; J. Blinn, "Models of light reflection for computer synthesized pictures",
// SIGGRAPH 1977). Conventions as PyTorch3D, renderer/lighting.py: directions point towards the light, and light does not fade.
//
//     colour = albedo · (Σ ambient + Σ L (n·l)⁺) + specular · Σ_{n·l > 0} L h
//     Phong: h = ((2 (n·l) n − l)·v)⁺ᵅ        Blinn–Phong: h = (n·(l + v)/|l + v|)⁺ᵅ
//
// with n, l, v of length 1: the normal, times the side that is seen; towards the light; towards the viewer.

import type { RealArray } from './scene.ts';

export const reflectionModels = ['lambert', 'phong', 'blinnPhong'] as const;

export type ReflectionModel = (typeof reflectionModels)[number];

/** What is lit. Arrays of rows have N of them. */
export interface LitRows {
  model: ReflectionModel;
  /** [N·3] */
  albedo: RealArray;
  /** [N·3] of any length. */
  normals: RealArray;
  /** [N·3] for point lights and gloss. */
  positions?: RealArray;
  /** [B·4] eyes (x, y, z, 1), or directions towards the viewer (x, y, z, 0). */
  viewpoints?: RealArray;
  /** [N] viewpoint of each row. */
  items?: Int32Array;
  /** [N] 1 or −1, times the normal. */
  sides?: Float32Array;
  /** [N] row of `specular` and `shininess`. */
  materials?: Int32Array;
  /** [M·3] */
  specular?: RealArray;
  /** [M], taken for 0 below. */
  shininess?: RealArray;
  /** [3] sum of all ambient lights. */
  ambient: RealArray;
  /** [L·3] colours of the lamps. */
  colors: RealArray;
  /** [L·3] direction towards each lamp, or where it is. */
  places: RealArray;
  /** [L] whether `places` are points. */
  arePoints: readonly boolean[];
}

/** Where gradients are added; absent where there is no such input. */
export type LitGradients = {
  [Name in
    | 'albedo'
    | 'normals'
    | 'positions'
    | 'viewpoints'
    | 'specular'
    | 'shininess'
    | 'ambient'
    | 'colors'
    | 'places']?: RealArray;
};

/** A vector that is brought to length 1, and how its gradient goes back. */
class Direction {
  readonly unit = new Float64Array(3);
  length = 0;

  /** False where it has none. */
  set(x: number, y: number, z: number): boolean {
    this.length = Math.sqrt(x * x + y * y + z * z);
    // Shorter ones have gradients beyond float32.
    const isDirection = this.length > 1e-20 && this.length < Number.POSITIVE_INFINITY;
    const scale = isDirection ? 1 / this.length : 0;
    this.unit[0] = x * scale;
    this.unit[1] = y * scale;
    this.unit[2] = z * scale;
    return isDirection;
  }

  /** The gradient of what was given, from that of the unit vector, in place: (g − (g·u) u)/length. */
  backward(gradient: Float64Array): void {
    const { unit, length } = this;
    const along = dot(gradient, unit);
    for (let k = 0; k < 3; k++) gradient[k] = (gradient[k] - along * unit[k]) / length;
  }
}

const dot = (a: Float64Array, b: Float64Array) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Writes [N·3]. */
export function light(rows: LitRows, output: RealArray): void {
  eachRow(rows, undefined, undefined, output);
}

/** Given dL/d(output of light), adds the gradients of whatever is asked for. */
export function lightBackward(rows: LitRows, upstream: RealArray, gradients: LitGradients): void {
  // What all rows share sums in double precision: float32 would lose digits over a million of them.
  const sums: LitGradients = { ...gradients };
  for (const name of shared) {
    const into = gradients[name];
    if (into) sums[name] = Float64Array.from(into);
  }
  eachRow(rows, upstream, sums, undefined);
  for (const name of shared) gradients[name]?.set(sums[name]!);
}

const shared = ['viewpoints', 'specular', 'shininess', 'ambient', 'colors', 'places'] as const;

/** Forward, or forward again and backward: what a row needs on the way back is cheap to find anew. */
function eachRow(
  rows: LitRows,
  upstream: RealArray | undefined,
  gradients: LitGradients | undefined,
  output: RealArray | undefined,
): void {
  const { model, albedo, ambient, colors, places, arePoints } = rows;
  const { normals, positions, viewpoints, items, sides, materials, specular, shininess } = rows;
  const glossy = model !== 'lambert';
  const [normal, lamp, viewer, halfway] = [
    new Direction(),
    new Direction(),
    new Direction(),
    new Direction(),
  ];
  const [n, l, v, h] = [normal.unit, lamp.unit, viewer.unit, halfway.unit];
  const [gn, gl, gv, gh] = Array.from({ length: 4 }, () => new Float64Array(3));
  const diffuse = new Float64Array(3);
  const gloss = new Float64Array(3);
  const count = albedo.length / 3;
  for (let i = 0; i < count; i++) {
    const at = 3 * i;
    const side = sides ? sides[i] : 1;
    const faces = normal.set(side * normals[at], side * normals[at + 1], side * normals[at + 2]);
    let sees = false;
    let w = 0;
    if (glossy) {
      const eye = 4 * items![i];
      w = viewpoints![eye + 3];
      sees = viewer.set(
        viewpoints![eye] - w * positions![at],
        viewpoints![eye + 1] - w * positions![at + 1],
        viewpoints![eye + 2] - w * positions![at + 2],
      );
    }
    const material = materials ? materials[i] : 0;
    const exponent = glossy ? Math.max(0, shininess![material]) : 0;
    for (let c = 0; c < 3; c++) {
      diffuse[c] = ambient[c];
      gloss[c] = 0;
    }
    gn.fill(0);
    gv.fill(0);
    let shininessGradient = 0;
    for (let k = 0; faces && k < arePoints.length; k++) {
      const place = 3 * k;
      const point = arePoints[k];
      const hasLamp = point
        ? lamp.set(
            places[place] - positions![at],
            places[place + 1] - positions![at + 1],
            places[place + 2] - positions![at + 2],
          )
        : lamp.set(places[place], places[place + 1], places[place + 2]);
      const cosine = hasLamp ? dot(n, l) : 0;
      if (!(cosine > 0)) continue;
      let base = 0;
      if (sees && model === 'phong') base = 2 * cosine * dot(n, v) - dot(l, v);
      else if (sees && halfway.set(l[0] + v[0], l[1] + v[1], l[2] + v[2])) base = dot(n, h);
      const shine = base > 0 ? base ** exponent : 0;
      for (let c = 0; c < 3; c++) {
        diffuse[c] += colors[place + c] * cosine;
        if (shine > 0) gloss[c] += colors[place + c] * shine;
      }
      if (!upstream || !gradients) continue;

      let cosineGradient = 0;
      let shineGradient = 0;
      for (let c = 0; c < 3; c++) {
        const ofDiffuse = upstream[at + c] * albedo[at + c];
        const ofGloss = glossy ? upstream[at + c] * specular![3 * material + c] : 0;
        cosineGradient += ofDiffuse * colors[place + c];
        shineGradient += ofGloss * colors[place + c];
        if (gradients.colors) gradients.colors[place + c] += ofDiffuse * cosine + ofGloss * shine;
      }
      for (let d = 0; d < 3; d++) {
        gn[d] += cosineGradient * l[d];
        gl[d] = cosineGradient * n[d];
      }
      if (shine > 0) {
        shininessGradient += shineGradient * shine * Math.log(base);
        const g = (shineGradient * exponent * shine) / base;
        if (model === 'phong') {
          // base = 2 (n·l)(n·v) − l·v
          const [nl, nv] = [cosine, dot(n, v)];
          for (let d = 0; d < 3; d++) {
            gn[d] += 2 * g * (nv * l[d] + nl * v[d]);
            gl[d] += g * (2 * nv * n[d] - v[d]);
            gv[d] += g * (2 * nl * n[d] - l[d]);
          }
        } else {
          for (let d = 0; d < 3; d++) {
            gn[d] += g * h[d];
            gh[d] = g * n[d];
          }
          halfway.backward(gh);
          for (let d = 0; d < 3; d++) {
            gl[d] += gh[d];
            gv[d] += gh[d];
          }
        }
      }
      lamp.backward(gl);
      for (let d = 0; d < 3; d++) {
        if (gradients.places) gradients.places[place + d] += gl[d];
        if (point && gradients.positions) gradients.positions[at + d] -= gl[d];
      }
    }
    if (output) {
      for (let c = 0; c < 3; c++) {
        output[at + c] = albedo[at + c] * diffuse[c];
        if (glossy) output[at + c] += specular![3 * material + c] * gloss[c];
      }
    }
    if (!upstream || !gradients) continue;
    for (let c = 0; c < 3; c++) {
      const g = upstream[at + c];
      if (gradients.albedo) gradients.albedo[at + c] += g * diffuse[c];
      if (gradients.ambient) gradients.ambient[c] += g * albedo[at + c];
      if (glossy && gradients.specular) gradients.specular[3 * material + c] += g * gloss[c];
    }
    if (glossy && gradients.shininess) gradients.shininess[material] += shininessGradient;
    if (faces && gradients.normals) {
      normal.backward(gn);
      for (let d = 0; d < 3; d++) gradients.normals[at + d] += side * gn[d];
    }
    if (!sees) continue;
    viewer.backward(gv);
    const eye = 4 * items![i];
    for (let d = 0; d < 3; d++) {
      if (gradients.positions) gradients.positions[at + d] -= w * gv[d];
      if (gradients.viewpoints) {
        gradients.viewpoints[eye + d] += gv[d];
        gradients.viewpoints[eye + 3] -= gv[d] * positions![at + d];
      }
    }
  }
}
