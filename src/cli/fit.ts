// `rastergrad fit`: a mesh from pictures of one object, with no network: photographs, renders of a mesh file, or whatever a config says.

import { existsSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { defineCommand } from 'citty';
import type { ExperimentConfig } from '../config/schema/index.ts';
import { packageRoot } from '../packageRoot.ts';
import { runToEnd } from './runToEnd.ts';
import { UsageError } from './usageError.ts';

export default defineCommand({
  meta: {
    name: 'fit',
    description: 'Fit a mesh to photographs with cameras, or to renders of a mesh file',
  },
  args: {
    target: {
      type: 'positional',
      required: true,
      description:
        'transforms.json, or a folder with one, with COLMAP or R2N2 files; a mesh file; or a fit config',
    },
    overrides: {
      type: 'positional',
      required: false,
      valueHint: 'key=value …',
      description:
        'Fields of the config that differ, such as fitting.steps=1000 or renderer.method.type=edge',
    },
    output: { type: 'string', alias: 'o', default: 'runs', description: 'Folder that gets the run folder' },
    backend: { type: 'string', description: 'Tensor back end: wasm, tensorflow, cpu or auto' },
    json: { type: 'boolean', description: 'Print the results as one JSON object' },
    quiet: { type: 'boolean', alias: 'q', description: 'No progress' },
  },
  async run({ args }) {
    const [target, ...overrides] = args._;
    if (args.backend) overrides.push(`backend=${args.backend}`);
    return runToEnd(await configFor(target, overrides), args);
  },
});

/** The config itself, or that of photographs or of a mesh with the target filled in. */
async function configFor(target: string, overrides: string[]): Promise<ExperimentConfig> {
  const { loadConfig } = await import('../config/config.ts');
  if (/\.ya?ml$/i.test(target)) {
    const config = await loadConfig(target, overrides);
    if (config.task === 'fit') return config;
    throw new UsageError(`${target} is no fit (task: ${config.task}): run it with "rastergrad run"`);
  }
  const { meshFormats } = await import('../../renderer/io/index.ts');
  const { FileError } = await import('../../renderer/errors.ts');
  if (!existsSync(target)) throw new FileError(target, 'no such file or folder');
  const endings = meshFormats.flatMap((format) => format.endings);
  const isMesh = endings.some((ending) => target.toLowerCase().endsWith(ending));
  const fields = isMesh ? [`target.file=${quoted(target)}`] : [`target.path=${quoted(target)}`];
  const own = [`name=${nameOf(target)}`, 'description=""', ...fields];
  const file = join(packageRoot, 'experiments/fit', isMesh ? 'sphere.yaml' : 'photographs.yaml');
  return loadConfig(file, [...own, ...overrides]);
}

/** As a text of YAML, whatever characters it has. */
const quoted = (text: string) => JSON.stringify(text);

/** A name for the run's folder: that of the file, or of the folder that holds it where all have one name. */
function nameOf(target: string): string {
  const path = resolve(target);
  const name = basename(path, extname(path));
  const telling = /^(transforms.*|rendering_metadata)$/.test(name) ? basename(resolve(path, '..')) : name;
  return telling.replace(/[^\w.-]+/g, '-').replace(/^[.-]+/, '') || 'fit';
}
