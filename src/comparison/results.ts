// What a gradient comparison leaves behind: comparison.json (all but the pictures), gradients.json (the pictures) and timings.json.
// The page and the terminal's table show these and know nothing else. Everything but `Timings` is the same, byte for byte, for the
// same configuration.

import type { MethodOptions } from '../../renderer/methods/index.ts';
import { comparedLossNames, descentNames } from '../config/schema/index.ts';
import type { Environment } from '../runs/environment.ts';

export { comparedLossNames, descentNames };

export type LossName = (typeof comparedLossNames)[number];

export type DescentName = (typeof descentNames)[number];

export interface Comparison {
  title: string;
  description: string;
  /** The command line that makes this again, without the folder that it was written to. */
  command: string;
  seed: number;
  scenes: SceneSummary[];
  methods: MethodSummary[];
  /** Sides of the square pictures, in pixels, ascending. */
  resolutions: number[];
  losses: LossName[];
  /** One for each scene, method, resolution and loss; scenes outermost, losses innermost. */
  measurements: Measurement[];
  /** One for each method and resolution; none where it was left out. */
  bias: Bias[];
  /** One for each descent and method; none where they were left out. */
  descents: Descent[];
  /** One a scene; none where they were left out. */
  pictures: ScenePictures[];
}

export interface SceneSummary {
  /** As the command line has it: "sphere", "furniture:scopia-armchair2". */
  name: string;
  title: string;
  /** What it shows and how the target differs, in a sentence or two. */
  description: string;
  /** Of one case. */
  vertexCount: number;
  faceCount: number;
  /** Random cases, over which the measurements are means; 1 where the scene is one. */
  cases: number;
}

export interface MethodSummary {
  /** "dibr", or "dibr sharpness=3333 boxSize=0.05" where options differ from their defaults. Unique. */
  label: string;
  type: string;
  /** From the registry: one line. */
  summary: string;
  /** Only those that differ from their defaults. */
  options: Omit<MethodOptions, 'type'>;
}

/** Mean over cases. */
export interface Mean {
  mean: number;
  /** Of the mean; 0 for a single case. */
  standardError: number;
}

/**
 * A method's gradient g beside the oracle's ĝ, both dL/d(image-plane x, y) of every vertex, [V, 2]. Numbers are null where they
 * mean nothing: a cosine with a gradient that is zero, for example.
 */
export interface Measurement {
  scene: string;
  /** Label of the method. */
  method: string;
  resolution: number;
  loss: LossName;
  cases: number;
  /** g·ĝ / (|g| |ĝ|), over all vertices at once; `worst` is the least of the cases. */
  cosine: (Mean & { worst: number }) | null;
  /**
   * The same against the derivative of area(V) + area(T) − 2·area(V ∩ T), the limit of infinitely many pixels. Only for one
   * triangle and silhouette-l2, where there is a closed form.
   */
  cosineToLimit: (Mean & { worst: number }) | null;
  /** |g| / |ĝ|. */
  normRatio: Mean | null;
  /** Degrees between g and ĝ at a vertex, over the vertices (of all cases) where |ĝ| is above 10⁻³ of its largest. */
  angle: { median: number; p95: number } | null;
  /** Share of those vertices at which g is zero, 0 … 1. */
  zeroShare: number | null;
  /** Share of the x and y components of those vertices whose sign is the oracle's, 0 … 1. */
  signAgreement: number | null;
  /** |Σ_pixels ∂α/∂v − ∂(visible area in pixels)/∂v| / |∂area/∂v|: 0 where the method keeps the sum. Same for all losses. */
  sumRule: number | null;
  /** The oracle's own estimate of its error, relative to the largest |ĝ|. */
  oracleError: number;
}

/**
 * Where gradient descent stops: a straight edge of random direction and place is moved until the loss against its own hard mask
 * no longer falls; how far it stands outside (+) or inside (−) of the true edge then.
 */
export interface Bias {
  method: string;
  resolution: number;
  cases: number;
  /** In pixels; null where the method gives no gradient at all. */
  offsetPixels: Mean | null;
  /** In image-plane units; the picture is 2 wide. */
  offsetPlane: Mean | null;
}

/** The same optimisation with one method: a shape is recovered from silhouettes. */
export interface Descent {
  scene: DescentName;
  method: string;
  resolution: number;
  /** From step 0, the common start. */
  steps: DescentStep[];
}

export interface DescentStep {
  step: number;
  /** The method's own loss. */
  loss: number;
  /** Of the hard silhouettes, 0 … 1: the same measure for all methods. */
  iou: number;
}

/** What a scene looks like (its first case), at one resolution and for one loss, and the gradients on it. */
export interface ScenePictures {
  scene: string;
  resolution: number;
  loss: LossName;
  /** Data URLs of PNG pictures, sRGB, `resolution` pixels square. */
  image: string;
  target: string;
  /** [V·2] image-plane x, y of the vertices, one after another: x to the right, y up, −1 … 1 over the picture. */
  vertices: number[];
  /** [E·2] vertex indices of the edges, for a wire frame. */
  edges: number[];
  /** [V·2] dL/d(x, y) of the vertices; the oracle's first, its label "oracle". Descent moves against them. */
  gradients: { label: string; values: number[] }[];
  /**
   * How each pixel would change the loss were the whole mesh moved to the right; the oracle's first, its label "oracle". None for
   * meshes of more than 10,000 faces.
   */
  maps: GradientMap[];
}

/**
 * dL/dI_p · ∂I_p/∂θ at every pixel p, θ moving all vertices along +x: the pixels' shares of dL/dθ, of which they sum up to.
 * Row by row from the top.
 */
export interface GradientMap {
  label: string;
  width: number;
  height: number;
  /** values[p] · scale is the share of pixel p; the values are whole numbers −32767 … 32767. */
  scale: number;
  /** Base64 of int16 numbers, little endian. */
  values: string;
}

/** What may differ from run to run. */
export interface Timings {
  environment: Environment;
  measurements: MeasurementTiming[];
  descents: DescentTiming[];
}

export interface MeasurementTiming {
  scene: string;
  method: string;
  resolution: number;
  /** Milliseconds for the silhouette, or, where a loss compares colours, for the image: medians of several runs. */
  forwardMs: number;
  backwardMs: number;
  /** Bytes that a forward and backward pass takes, outputs included: tensors at their most, and arrays made on the host. */
  peakBytes: number;
}

export interface DescentTiming {
  scene: DescentName;
  method: string;
  /** Since the start, for each of the descent's `steps`. */
  seconds: number[];
}

/** The numbers of a map. */
export function mapValues({ scale, values }: GradientMap): Float64Array {
  const bytes = Uint8Array.from(atob(values), (character) => character.charCodeAt(0));
  const codes = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 2 }, (_, i) => codes.getInt16(2 * i, true) * scale);
}
