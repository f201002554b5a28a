// What of its data a training gets to see: which pictures of an object there are and which of them supervise, how good masks and cameras
// are, and of which objects the surface is known. All of it follows from the seed, the object and the view, so that an object shows the
// same errors in every step.

import ndarray from 'ndarray';
import { ArgumentError } from '../../renderer/errors.ts';
import type { DatasetObject, Picture, Sample, SampleView } from '../datasets/sample.ts';
import type { Random } from '../tensor/random.ts';
import { type MaskNoise, noisyMask } from './maskNoise.ts';
import { changedPose, drawPoseChange, mirrorSigns, type PoseChange, type PoseNoise } from './poseNoise.ts';
import { chooseViews, type ViewChoice } from './viewChoice.ts';

export interface SupervisionOptions {
  /** Which views supervise beside the input view. */
  choice: ViewChoice;
  /** Pictures of an object that there are, inputs included: all, a number of them, or those of some views. */
  viewsPerObject: 'all' | number | readonly number[];
  /** Masks as they are, or cut at 0.5. */
  masks: 'antialiased' | 'hard';
  maskNoise: MaskNoise;
  poseNoise: PoseNoise;
  /** Share of the objects whose surface is known. */
  labels3d: number;
}

/** All there is, as it is. */
export const fullSupervision: SupervisionOptions = {
  choice: 'random',
  viewsPerObject: 'all',
  masks: 'antialiased',
  maskNoise: { boundary: 0, holes: 0 },
  poseNoise: { degrees: 0, shift: 0 },
  labels3d: 1,
};

/** Which pictures of which object a sample consists of. */
export interface SampleViews {
  object: DatasetObject;
  /** The input view. */
  view: number;
  supervision: readonly number[];
  mirror: boolean;
}

/** A sample as training sees it. */
export interface TrainingSample extends Sample {
  /** Whether 3D losses know its surface. Absent: they do. */
  labelled?: boolean;
  /** Of each supervising picture, its number among all pictures of all objects, and how a change of its camera shows in this sample. */
  pictures?: { row: number; signs: readonly number[] }[];
}

const still: PoseChange = [0, 0, 0, 0, 0, 0];
const asIs: PoseChange = [1, 1, 1, 1, 1, 1];

export class Supervision {
  /** Pictures of all objects together, whether training may use them or not. */
  readonly pictureCount: number;
  readonly #options: SupervisionOptions;
  readonly #random: Random;
  readonly #firstPicture = new Map<DatasetObject, number>();
  readonly #unlabelled: ReadonlySet<DatasetObject>;

  constructor(objects: readonly DatasetObject[], options: SupervisionOptions, random: Random) {
    this.#options = options;
    this.#random = random;
    let pictures = 0;
    for (const object of objects) {
      this.#firstPicture.set(object, pictures);
      pictures += object.views.length;
    }
    this.pictureCount = pictures;
    // The first ones of one order, so that fewer objects are among more.
    const known = options.labels3d > 0 ? Math.max(1, Math.round(options.labels3d * objects.length)) : 0;
    this.#unlabelled = new Set(
      known < objects.length
        ? random
            .split('labels')
            .shuffle([...objects])
            .slice(known)
        : [],
    );
  }

  /**
   * Numbers of the views of an object that training may use, in ascending order.
   *
   * @throws ArgumentError where it lacks one that the options name
   */
  viewsOf(object: DatasetObject): number[] {
    const { viewsPerObject } = this.#options;
    const all = Array.from(object.views.keys());
    if (viewsPerObject === 'all') return all;
    if (typeof viewsPerObject === 'number') {
      const order =
        viewsPerObject < all.length ? this.#random.split('views').split(object.id).shuffle(all) : all;
      return order.slice(0, viewsPerObject).sort((a, b) => a - b);
    }
    const missing = viewsPerObject.find((view) => view >= all.length);
    if (missing !== undefined) {
      throw new ArgumentError(
        `supervision.viewsPerObject names view ${missing}, but ${object.id} has views 0 to ${all.length - 1}`,
      );
    }
    return all.filter((view) => viewsPerObject.includes(view));
  }

  /** The input view, and up to `count` − 1 others of `candidates`. */
  choose(
    object: DatasetObject,
    input: number,
    candidates: readonly number[],
    count: number,
    random: Random,
  ): number[] {
    const others = chooseViews(this.#options.choice, object, { input, candidates, count: count - 1 }, random);
    return [input, ...others];
  }

  /** Whether 3D losses may look at an object's surface. */
  knowsSurface(object: DatasetObject): boolean {
    return !this.#unlabelled.has(object);
  }

  /** The sample with the errors of its pictures, and with what training may know of it. */
  apply(sample: Sample, { object, view, supervision, mirror }: SampleViews): TrainingSample {
    const first = this.#firstPicture.get(object)!;
    return {
      ...sample,
      supervision: sample.supervision.map((shown, i) =>
        this.#degraded(shown, { object, view: supervision[i], isInput: supervision[i] === view, mirror }),
      ),
      labelled: this.knowsSurface(object),
      pictures: supervision.map((index) => ({
        row: first + index,
        signs: index === view ? still : mirror ? mirrorSigns : asIs,
      })),
    };
  }

  #degraded(
    { image, objectToCamera }: SampleView,
    {
      object,
      view,
      isInput,
      mirror,
    }: { object: DatasetObject; view: number; isInput: boolean; mirror: boolean },
  ): SampleView {
    const { maskNoise, poseNoise, masks } = this.#options;
    const stream = (purpose: string) => this.#random.split(purpose).split(object.id).split(view);
    let shown = image;
    if (maskNoise.boundary > 0 || maskNoise.holes > 0) {
      const [height, width] = image.shape;
      const noise = { random: stream('mask'), mirrored: mirror };
      shown = withMask(shown, (mask) => noisyMask(mask, [height, width], maskNoise, noise));
    }
    if (masks === 'hard') shown = withMask(shown, (mask) => mask.map((value) => (value >= 0.5 ? 1 : 0)));
    let camera = objectToCamera;
    if (!isInput && (poseNoise.degrees > 0 || poseNoise.shift > 0)) {
      const change = drawPoseChange(poseNoise, stream('pose'));
      const signs = mirror ? mirrorSigns : asIs;
      camera = changedPose(camera, change.map((value, i) => signs[i] * value) as unknown as PoseChange);
    }
    return { image: shown, objectToCamera: camera };
  }
}

/** A copy of a picture [H, W, 4] with another last channel. */
function withMask(image: Picture, change: (mask: Float32Array) => Float32Array): Picture {
  const data = image.data.slice();
  const mask = change(Float32Array.from({ length: data.length / 4 }, (_, pixel) => data[4 * pixel + 3]));
  for (let pixel = 0; pixel < mask.length; pixel++) data[4 * pixel + 3] = mask[pixel];
  return ndarray(data, image.shape);
}
