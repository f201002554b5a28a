// How hard each loss term pulls at the predicted meshes, to see which of them lead and which are drowned.

import * as tf from '@tensorflow/tfjs';
import { scoped } from '../../renderer/backend/index.ts';
import type { MeshPrediction } from '../models/index.ts';
import type { Batch } from './batch.ts';
import { Objective, type ObjectiveOptions } from './objective.ts';

export class TermGradients {
  readonly #objectives: readonly (readonly [name: string, Objective])[];

  constructor(options: ObjectiveOptions) {
    // Alone, a term costs no more than its own share of the objective.
    this.#objectives = Object.entries(options.losses)
      .map(([name, settings]) => [name, new Objective({ ...options, losses: { [name]: settings } })] as const)
      .filter(([, objective]) => objective.comparesMeshes);
  }

  /**
   * By term, the norm of the gradient of its weighted loss with respect to all vertices of all levels. Colours, textures and light, and
   * the vertices that a level starts from, are taken as given.
   */
  norms(prediction: MeshPrediction, batch: Batch): Record<string, number> {
    if (this.#objectives.length === 0) return {};
    const { levels } = prediction;
    return scoped(() => {
      // As one tensor, since a term may leave out some of the levels.
      const all = tf.concat(
        levels.map(({ vertices }) => vertices),
        1,
      ) as tf.Tensor3D;
      const counts = levels.map(({ vertices }) => vertices.shape[1]);
      const termOf = (objective: Objective) => (vertices: tf.Tensor) => {
        // TensorFlow.js has no gradient of a split into one.
        const pieces = (counts.length > 1 ? tf.split(vertices, counts, 1) : [vertices]) as tf.Tensor3D[];
        const moved = levels.map((level, i) => ({ ...level, vertices: pieces[i] }));
        return objective.evaluate({ ...prediction, levels: moved }, batch).total;
      };
      return Object.fromEntries(
        this.#objectives.map(([name, objective]) => {
          const gradient = tf.grad(termOf(objective))(all);
          return [name, gradient.norm().dataSync()[0]];
        }),
      );
    });
  }
}
