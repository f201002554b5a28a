// The functions of the compiled kernels, as TypeScript sees them: addresses are in bytes, sizes in elements. What they do is said where
// they are written, in assembly/.

import type { NetworkExports } from './networkExports.ts';
import type { RasterExports } from './rasterExports.ts';
import type { SoftExports } from './softExports.ts';

export interface SimdExports extends NetworkExports, RasterExports, SoftExports {}
