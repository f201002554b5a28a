// The light of fits: from everywhere, and from one far lamp.

import { type Light, type LightValue, lit, type Shading } from '../../renderer/index.ts';

/** Linear colours; the direction from the surface towards the lamp. */
export interface LampLight<Value extends LightValue = readonly [number, number, number]> {
  ambient: Value;
  color: Value;
  direction: Value;
}

export function lampShading({ ambient, color, direction }: LampLight<LightValue>): Shading {
  const lights: Light[] = [
    { type: 'ambient', color: ambient },
    { type: 'directional', color, direction },
  ];
  return lit({ lights });
}
