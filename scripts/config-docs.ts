// `npx tsx scripts/config-docs.ts`: writes docs/config.md, the reference of all config fields, from the schema.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { formatConfigReference } from '../src/config/configReference.ts';

writeFileSync(path.join(import.meta.dirname, '../docs/config.md'), formatConfigReference());
