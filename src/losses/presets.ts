// The losses of Pixel2Mesh as its two public codes have them, and those of DIB-R: weights and settings that a configuration takes by
// one name.

import type { LossSettings } from './loss.ts';

/**
 * What `losses.preset` stands for. Both codes take `legacy` means over edges, and leave the first block's move loss out.
 *
 * - `official`: the authors' (nywang16/Pixel2Mesh). p2m/losses.py has the constants of chamfer, edge, normal, Laplacian and move;
 *   p2m/models.py the factor 0.1 on the first block, 5e-6 · ½‖w‖² on the variables of graph convolutions (train.py, weight_decay),
 *   and 0.3 times tflearn's L2 of 1e-5 · ½‖w‖² on the kernels of convolutions. In the unit of its data, ShapeNet's models × 0.57.
 * - `pytorch`: the port's (noahcao/Pixel2Mesh), with the weights that options.py gives; models/losses/p2m.py has the factor 0.2 on
 *   the first block. The weight decay of torch.optim.Adam adds 1e-6 · w to the gradient of every parameter, which is that of
 *   1e-6 · ½‖w‖².
 * - `dibr`: those of DIB-R's single-image network (Chen et al. 2019, section 4.1): λ_col = 1, λ_sm = 0.001, λ_lap = 0.01, the last two of
 *   sums over the 1,920 edges and 642 vertices of its sphere, of which ours are the means. Its Laplacian is that of all the movement
 *   from the template.
 */
export const lossPresets = {
  none: {},
  official: {
    chamfer: { weight: 3000, oppositeWeight: 0.55 },
    edge: { weight: 300, legacy: true },
    normal: { weight: 0.5, legacy: true },
    laplacian: { weight: 1500, firstBlock: 0.1 },
    move: { weight: 100, firstBlock: 0 },
    weightDecay: { weight: 1, graph: 5e-6, encoder: 3e-6, encoderBiases: 0 },
  },
  pytorch: {
    chamfer: { weight: 1, oppositeWeight: 1 },
    edge: { weight: 0.3, legacy: true },
    normal: { weight: 1.6e-4, legacy: true },
    laplacian: { weight: 0.5, firstBlock: 0.2 },
    move: { weight: 0.1, firstBlock: 0 },
    weightDecay: { weight: 1, graph: 1e-6, encoder: 1e-6, encoderBiases: 1e-6 },
  },
  dibr: {
    silhouette: { weight: 1, kind: 'iou' },
    color: { weight: 1, kind: 'l1' },
    smoothness: { weight: 0.001 * 1920 },
    laplacian: { weight: 0.01 * 642, firstBlock: 1 },
  },
} satisfies Record<string, Record<string, LossSettings>>;

export type LossPresetName = keyof typeof lossPresets;
