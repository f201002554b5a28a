export { chamferDistance, fScore } from './points.ts';
export { silhouetteIou } from './silhouette.ts';
