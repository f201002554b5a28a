// The trained model that comes along: a run folder with what prediction needs and no more (scripts/ship-model.ts).

import path from 'node:path';
import { packageRoot } from '../packageRoot.ts';

/** The folder of a run that `predict` and `openPredictor` take where none is named. */
export const shippedModel: string = path.join(packageRoot, 'data', 'models', 'furniture');
