// `rastergrad compare-gradients`: every method of differentiating a rasterizer beside the exact gradient.

import { defineCommand } from 'citty';
import type { MethodOptions } from '../../renderer/methods/index.ts';
import { integerOption, numberOption } from './numbers.ts';
import { UsageError } from './usageError.ts';

export default defineCommand({
  meta: { name: 'compare-gradients', description: 'Compare gradients of methods with the exact gradient' },
  args: {
    config: {
      type: 'positional',
      required: false,
      description: 'Config file, such as experiments/compare/quick.yaml',
    },
    overrides: {
      type: 'positional',
      required: false,
      valueHint: 'key=value …',
      description: 'Fields that differ, such as bias.cases=100',
    },
    scene: { type: 'string', valueHint: 'a,b', description: 'Scenes; all and furniture are several' },
    mesh: {
      type: 'string',
      valueHint: 'file',
      description: 'A mesh of your own as a scene; may be repeated',
    },
    camera: {
      type: 'string',
      valueHint: 'azimuth=30,elevation=20',
      description: 'Where meshes are looked at from: azimuth, elevation, fov in degrees, distance in radii',
    },
    method: {
      type: 'string',
      valueHint: 'dibr:sharpness=3333',
      description: 'A method, with options that differ; may be repeated. Default: all',
    },
    resolution: { type: 'string', valueHint: '64,128', description: 'Sides of the pictures, in pixels' },
    loss: { type: 'string', valueHint: 'a,b', description: 'silhouette-l2, iou, color-l1, color-l2' },
    cases: { type: 'string', description: 'Random cases of the scene triangle' },
    seed: { type: 'string', description: 'Seed of random cases' },
    descent: { type: 'boolean', default: true, description: 'Leave descent curves out' },
    output: { type: 'string', alias: 'o', valueHint: 'folder', description: 'Default: comparisons/NAME' },
    backend: { type: 'string', description: 'Tensor back end: wasm, tensorflow, cpu or auto' },
    list: { type: 'boolean', description: 'List scenes and methods' },
    json: { type: 'boolean', description: 'Print the numbers as one JSON object' },
    quiet: { type: 'boolean', alias: 'q', description: 'No progress' },
  },
  async run({ args, rawArgs }) {
    if (args.list) return printList();
    const [first, ...rest] = args._;
    const [file, words] = first?.includes('=') ? [undefined, args._] : [first, rest];
    const overrides = [...words, ...(await optionOverrides(args, (name) => repeated(rawArgs, name)))];
    const { loadComparison } = await import('../config/config.ts');
    const config = await loadComparison(file, overrides);

    const { compareGradients, comparisonTables, writeComparison } = await import('../comparison/index.ts');
    const { makeFolder } = await import('../../renderer/io/files.ts');
    const { formatTable } = await import('../report/index.ts');
    const { showComparisonProgress } = await import('./comparisonProgress.ts');
    const folder = args.output ?? `comparisons/${config.name}`;
    const progress = showComparisonProgress(process.stderr, { quiet: args.quiet ?? false });
    const command = ['rastergrad', 'compare-gradients', ...withoutOutput(rawArgs)].map(quoted).join(' ');
    const onReady = () => makeFolder(folder);
    const result = await compareGradients(config, { command, onProgress: progress.show, onReady });
    progress.end();
    await writeComparison(folder, result);
    const { comparison, timings } = result;
    if (args.json) {
      const { pictures, ...numbers } = comparison;
      process.stdout.write(`${JSON.stringify(numbers)}\n`);
      return;
    }
    const bold = Boolean(process.stdout.isTTY);
    for (const table of comparisonTables(comparison, timings)) {
      process.stdout.write(`${formatTable(table, { bold })}\n\n`);
    }
    if (!args.quiet) process.stdout.write(`Page: ${folder}/index.html\n`);
  },
});

/** Options that count once. */
interface Options {
  camera?: string;
  cases?: string;
  seed?: string;
  descent: boolean;
  backend?: string;
}

/** Options as fields of the config: what they say holds over what the file says. */
async function optionOverrides(
  { camera, cases, seed, descent, backend }: Options,
  given: (name: string) => string[],
): Promise<string[]> {
  const listed = (name: string) => given(name).flatMap((text) => text.split(','));
  const [scenes, resolutions, losses] = [listed('scene'), listed('resolution'), listed('loss')];
  const [meshes, methodTexts] = [given('mesh'), given('method')];
  const fields: Record<string, unknown> = {};
  if (scenes.length > 0 || meshes.length > 0) fields.scenes = scenes;
  if (meshes.length > 0) {
    fields.meshes = meshes.map((file) => ({ file, ...cameraFields(camera) }));
  } else if (camera !== undefined) {
    throw new UsageError('--camera looks at a mesh: give it with --mesh');
  }
  if (methodTexts.length > 0) {
    const { parseMethod } = await import('../comparison/methods.ts');
    fields.methods = methodTexts.map((text): MethodOptions => parseMethod(text));
  }
  if (resolutions.length > 0) {
    fields.resolutions = resolutions.map((text) => integerOption('resolution', text, 8, 1024));
  }
  if (losses.length > 0) fields.losses = losses;
  if (cases !== undefined) fields.cases = integerOption('cases', cases, 1, 1e6);
  if (seed !== undefined) fields.seed = integerOption('seed', seed, 0, 2 ** 32 - 1);
  if (!descent) fields['descent.scenes'] = [];
  if (backend !== undefined) fields.backend = backend;
  return Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
}

const cameraRanges: Readonly<Record<string, [field: string, lowest: number, highest: number]>> = {
  azimuth: ['azimuthDegrees', -360, 360],
  elevation: ['elevationDegrees', -90, 90],
  fov: ['fovDegrees', 1, 150],
  distance: ['distance', 0, 1e6],
};

/** `azimuth=30,elevation=20` as fields of a mesh scene. */
function cameraFields(text: string | undefined): Record<string, number> {
  if (text === undefined) return {};
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [name, value = ''] = part.split('=');
      if (!Object.hasOwn(cameraRanges, name)) {
        throw new UsageError(
          `--camera has no "${name}": expected ${Object.keys(cameraRanges).join(', ')}, such as azimuth=30,elevation=20`,
        );
      }
      const [field, lowest, highest] = cameraRanges[name];
      return [field, numberOption(`camera ${name}`, value, lowest, highest)];
    }),
  );
}

/** All values of an option that may be given several times; citty keeps the last alone. */
function repeated(rawArgs: readonly string[], name: string): string[] {
  return rawArgs.flatMap((argument, i) => {
    if (argument === `--${name}`) return rawArgs[i + 1] ?? [];
    return argument.startsWith(`--${name}=`) ? argument.slice(name.length + 3) : [];
  });
}

/** What decides the numbers: not where they are written to, nor what is printed. */
const withoutOutput = (rawArgs: readonly string[]): string[] =>
  rawArgs.filter((argument, i) => {
    if (/^(-o.*|--output=.*|--json|--quiet|-q)$/.test(argument)) return false;
    return argument !== '--output' && !['-o', '--output'].includes(rawArgs[i - 1]);
  });

/** As a shell takes it. */
const quoted = (argument: string) =>
  /^[\w./:=,@%+-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;

async function printList(): Promise<void> {
  const { sceneDefinitions } = await import('../comparison/scenes/index.ts');
  const { methods } = await import('../../renderer/methods/index.ts');
  const lines = (title: string, entries: readonly (readonly [string, string])[]) => {
    const width = Math.max(...entries.map(([name]) => name.length));
    return [`${title}:`, ...entries.map(([name, text]) => `  ${name.padEnd(width)}   ${text}`)].join('\n');
  };
  process.stdout.write(
    `${[
      lines(
        'Scenes',
        sceneDefinitions.map(({ name, description }) => [name, description] as const),
      ),
      lines(
        'Methods',
        methods.list().map(({ type, summary }) => [type, summary] as const),
      ),
    ].join('\n\n')}\n`,
  );
}
