export { clay } from './clay.ts';
export { type Shading, vertexColors } from './shading.ts';
