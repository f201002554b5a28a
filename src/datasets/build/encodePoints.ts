// An object's surface points as a file.

import { encodeSafetensors } from '../../tensor/safetensors.ts';
import type { StoredPoints } from '../format.ts';

export function encodePoints({ points, normals }: StoredPoints): Uint8Array {
  const shape = [points.length / 3, 3];
  return encodeSafetensors({
    points: { dtype: 'U16', shape, data: points },
    normals: { dtype: 'I8', shape, data: normals },
  });
}
