// Which examples a training step sees. Everything follows from the seed and the number of the step, so that a resumed run needs no
// saved state to go on exactly where it stopped.

import type { DatasetObject, Sample } from '../datasets/sample.ts';
import { toSample } from '../datasets/sample.ts';
import type { Random } from '../tensor/random.ts';

export interface ExampleOptions {
  batchSize: number;
  /** Supervising views: the input view and others drawn at random. */
  views: number;
  /** Reflect every other example, at random. */
  mirror: boolean;
}

/** One pass over all (object, input view) pairs after another, each in an order of its own. */
export class ExampleOrder {
  private readonly objects: DatasetObject[];
  private readonly options: ExampleOptions;
  private readonly random: Random;
  private readonly pairs: { object: DatasetObject; view: number }[];
  private shuffled: { epoch: number; order: Int32Array } | undefined;

  constructor(objects: DatasetObject[], options: ExampleOptions, random: Random) {
    this.objects = objects;
    this.options = options;
    this.random = random;
    this.pairs = this.objects.flatMap((object) => object.views.map((_, view) => ({ object, view })));
  }

  /** The samples of step `step` (counted from 1), and random numbers for whatever else the step draws. */
  step(step: number): { samples: Sample[]; random: Random } {
    const { batchSize } = this.options;
    const random = this.random.split(`step ${step}`);
    const samples = Array.from({ length: batchSize }, (_, i) =>
      this.sample((step - 1) * batchSize + i, random),
    );
    return { samples, random };
  }

  private sample(position: number, random: Random): Sample {
    const epoch = Math.floor(position / this.pairs.length);
    const { object, view } = this.pairs[this.orderOf(epoch)[position % this.pairs.length]];
    const others = Array.from(object.views.keys()).filter((index) => index !== view);
    random.shuffle(others);
    const mirror = this.options.mirror && random.uniform() < 0.5;
    return toSample(object, view, [view, ...others.slice(0, this.options.views - 1)], { mirror });
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
