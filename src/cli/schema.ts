// `rastergrad schema`: the JSON Schema of configs, for editors and programs.

import { defineCommand } from 'citty';

export default defineCommand({
  meta: { name: 'schema', description: 'Print the JSON Schema of experiment configs' },
  async run() {
    const { configJsonSchema } = await import('../config/jsonSchema.ts');
    process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  },
});
