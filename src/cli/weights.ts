// `rastergrad weights`: weights to and from other programs.

import { defineCommand } from 'citty';

const output = {
  type: 'string',
  alias: 'o',
  required: true,
  valueHint: 'file.safetensors',
  description: 'File to write',
} as const;
const quiet = { type: 'boolean', alias: 'q', description: 'Print nothing' } as const;

const exported = defineCommand({
  meta: {
    name: 'export',
    description: "Write a run's weights under the names of Pixel2Mesh's PyTorch port",
  },
  args: {
    run: { type: 'positional', required: true, description: 'Run folder, such as runs/official' },
    output,
    quiet,
  },
  async run({ args }) {
    const { exportWeights } = await import('../experiments/weights.ts');
    report(args, await exportWeights(args.run, args.output));
  },
});

const convert = defineCommand({
  meta: { name: 'convert', description: "Convert an .npz export of Pixel2Mesh's TensorFlow checkpoint" },
  args: {
    checkpoint: {
      type: 'positional',
      required: true,
      description: 'The .npz file; docs/pixel2mesh.md says how to make it',
    },
    output,
    quiet,
  },
  async run({ args }) {
    const { convertTensorflowWeights } = await import('../experiments/weights.ts');
    report(args, await convertTensorflowWeights(args.checkpoint, args.output));
  },
});

function report({ output: file, quiet: isQuiet }: { output: string; quiet?: boolean }, arrays: number): void {
  if (!isQuiet) process.stdout.write(`${file}: ${arrays} arrays\n`);
}

export default defineCommand({
  meta: { name: 'weights', description: 'Exchange weights with other programs' },
  subCommands: { export: exported, convert },
});
