// Which examples a training step sees. Everything follows from the seed and the number of the step, so that a resumed run needs no
// saved state to go on exactly where it stopped.

import { ArgumentError } from '../../renderer/errors.ts';
import type { BadSamples } from '../datasets/badSamples.ts';
import { drawnPoints, noPoints } from '../datasets/pointChoice.ts';
import type { DatasetObject } from '../datasets/sample.ts';
import { prefetchSample, toSample } from '../datasets/sample.ts';
import type { Random } from '../tensor/random.ts';
import { fullSupervision, Supervision, type SupervisionOptions, type TrainingSample } from './supervision.ts';

export interface ExampleOptions {
  /** Examples a step. */
  batchSize: number;
  /** Supervising views: the input view and others. */
  views: number;
  /** Which others, and what is wrong with all of them. `fullSupervision` by default. */
  supervision?: SupervisionOptions;
  /** Reflect every other example, at random. */
  mirror: boolean;
  /** Width and height of supervising pictures; the data set's by default. */
  supervisionSize?: number;
  /** Surface points of an example, drawn without repetition; all by default. */
  targetPoints?: number;
  /** What becomes of samples whose files cannot be read. An error by default. */
  badSamples?: BadSamples;
}

/** An example before its files are looked at. */
interface Example {
  object: DatasetObject;
  view: number;
  supervision: number[];
  mirror: boolean;
}

interface FoundExample {
  example: Example;
  sample: TrainingSample;
}

/** An example as people name it. */
export interface ShownExample {
  /** Of the object. */
  id: string;
  /** Number of the input view, from 0. */
  view: number;
  /** Numbers of the supervising views. */
  supervision: number[];
  mirrored: boolean;
}

/** One pass over all (object, input view) pairs after another, each in an order of its own. */
export class ExampleOrder {
  private readonly options: ExampleOptions;
  private readonly random: Random;
  readonly supervision: Supervision;
  /** Those that training may use. */
  private readonly viewsOf: Map<DatasetObject, number[]>;
  private readonly pairs: { object: DatasetObject; view: number }[];
  private shuffled: { epoch: number; order: Int32Array } | undefined;

  /** @throws ArgumentError where an object has fewer pictures than the options ask for */
  constructor(objects: DatasetObject[], options: ExampleOptions, random: Random) {
    this.options = options;
    this.random = random;
    const { supervision = fullSupervision, views } = options;
    this.supervision = new Supervision(objects, supervision, random.split('supervision'));
    this.viewsOf = new Map(objects.map((object) => [object, this.supervision.viewsOf(object)]));
    for (const [{ id }, { length }] of this.viewsOf) {
      if (length < views) {
        throw new ArgumentError(
          `supervision.views is ${views}, but ${id} has no more than ${length} pictures`,
        );
      }
    }
    this.pairs = objects.flatMap((object) => this.viewsOf.get(object)!.map((view) => ({ object, view })));
  }

  /** The samples of step `step` (counted from 1), and their names. */
  step(step: number): { samples: TrainingSample[]; shown: ShownExample[] } {
    const { examples, random } = this.examples(step);
    const first = this.firstPosition(step);
    const found = examples.map(
      (example, i) =>
        this.read(example, random) ?? this.replacement(first + i, random.split(`replacement ${i}`)),
    );
    return {
      samples: found.map(({ sample }) => sample),
      shown: found.map(({ example: { object, mirror, ...views } }) => ({
        id: object.id,
        ...views,
        mirrored: mirror,
      })),
    };
  }

  /** Reads ahead what step `step` will look at. */
  async prefetch(step: number): Promise<void> {
    const { supervisionSize } = this.options;
    const { examples } = this.examples(step);
    await Promise.all(
      examples.map(({ object, view, supervision }) =>
        prefetchSample(object, view, supervision, { supervisionSize }),
      ),
    );
  }

  private firstPosition(step: number): number {
    return (step - 1) * this.options.batchSize;
  }

  private examples(step: number): { examples: Example[]; random: Random } {
    const random = this.random.split(`step ${step}`);
    const first = this.firstPosition(step);
    const examples = Array.from({ length: this.options.batchSize }, (_, i) =>
      this.example(first + i, random),
    );
    return { examples, random };
  }

  private example(position: number, random: Random): Example {
    const epoch = Math.floor(position / this.pairs.length);
    const { object, view } = this.pairs[this.orderOf(epoch)[position % this.pairs.length]];
    const candidates = this.viewsOf.get(object)!;
    const supervision = this.supervision.choose(object, view, candidates, this.options.views, random);
    const mirror = this.options.mirror && random.uniform() < 0.5;
    return { object, view, supervision, mirror };
  }

  /** Undefined where a file is bad and bad samples are skipped. */
  private read(example: Example, random: Random): FoundExample | undefined {
    const { object, view, supervision, mirror } = example;
    const { supervisionSize, targetPoints = Number.POSITIVE_INFINITY, badSamples } = this.options;
    const choosePoints = this.supervision.knowsSurface(object) ? drawnPoints(targetPoints, random) : noPoints;
    const read = () => ({
      example,
      sample: this.supervision.apply(
        toSample(object, view, supervision, { mirror, supervisionSize, choosePoints }),
        example,
      ),
    });
    return badSamples ? badSamples.attempt(read) : read();
  }

  /** The next example in the order, after the bad one at `position`, that can be read. */
  private replacement(position: number, random: Random): FoundExample {
    for (let next = 1; next <= this.pairs.length; next++) {
      const found = this.read(this.example(position + next, random), random);
      if (found) return found;
    }
    throw new ArgumentError('no training sample can be read: every one of them has a bad file');
  }

  private orderOf(epoch: number): Int32Array {
    if (this.shuffled?.epoch !== epoch) {
      const order = Int32Array.from(this.pairs.keys());
      this.random.split(`epoch ${epoch}`).shuffle(order);
      this.shuffled = { epoch, order };
    }
    return this.shuffled.order;
  }
}
