// Config loading: extends, overrides, defaults, and the one line that each mistake becomes.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ArgumentError, FileError } from '../../../renderer/errors.ts';
import { methods } from '../../../renderer/methods/index.ts';
import { formatConfig, loadConfig, loadParent, parseConfig } from '../../../src/config/config.ts';
import type { TrainConfig } from '../../../src/config/schema/index.ts';
import { lossPresets } from '../../../src/losses/index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rastergrad-config-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function write(name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return file;
}

const minimal = 'task: train\nlosses: {edge: {weight: 1}}\n';

describe('loadConfig', () => {
  it('fills in defaults and takes the name of the file', async () => {
    vi.stubEnv('RASTERGRAD_BACKEND', '');
    const config = await loadConfig(await write('tiny try.yaml', minimal));
    expect(config).toMatchObject({ task: 'train', name: 'tiny-try', seed: 1, backend: 'wasm' });
    expect((config as TrainConfig).renderer.method).toMatchObject({
      type: 'dibr',
      sharpness: 7000,
      boxSize: 0.02,
      maxFaces: 30,
    });
  });

  it('lays a config over the one it extends, except for what is its own', async () => {
    await write(
      'base.yaml',
      `${minimal}name: base\ndescription: the base\ntraining: {steps: 7, batchSize: 2}\n`,
    );
    const file = await write(
      'child.yaml',
      'extends: base.yaml\ntraining: {steps: 9}\nmodel: {encoder: {channels: [8]}}\n',
    );
    const config = (await loadConfig(file)) as TrainConfig;
    expect(config).toMatchObject({ name: 'child', description: '' });
    expect(config.training).toMatchObject({ steps: 9, batchSize: 2 });
    expect(config.model).toMatchObject({ type: 'pixel2mesh', encoder: { channels: [8], convolutions: 1 } });
  });

  it('knows the parent: the file without overrides, else what the file extends', async () => {
    const base = await write('base.yaml', `${minimal}training: {steps: 7}\n`);
    const child = await write('child.yaml', 'extends: base.yaml\nseed: 2\n');
    expect(await loadParent(child)).toEqual(await loadConfig(base));
    expect(await loadParent(child, ['seed=3'])).toEqual(await loadConfig(child));
    expect(await loadParent(base)).toBeUndefined();
    const part = await write('part.yaml', 'training: {steps: 7}\n');
    expect(await loadParent(part, ['task=fit'])).toBeUndefined();
  });

  it('takes a bare name for the type of a mapping, which keeps its options', async () => {
    const file = await write('bare.yaml', `${minimal}renderer: {method: {type: dibr, sharpness: 70}}\n`);
    const method = async (...overrides: string[]) =>
      ((await loadConfig(file, overrides)) as TrainConfig).renderer.method;
    expect(await method('renderer.method=dibr')).toMatchObject({ type: 'dibr', sharpness: 70 });
    expect(await method('renderer.method=softras')).toMatchObject({ type: 'softras' });
    expect(await method('renderer.method=dibr', 'renderer.method.sharpness=9')).toMatchObject({
      sharpness: 9,
    });
    const plain = (await loadConfig(await write('plain.yaml', minimal), [
      'renderer.method=edge',
    ])) as TrainConfig;
    expect(plain.renderer.method.type).toBe('edge');
    await expect(method('renderer.method=dbir')).rejects.toThrow(
      'renderer.method.type is "dbir": expected one of',
    );
    await expect(method('training=fast')).rejects.toThrow(
      'training is "fast": expected a mapping with steps',
    );
  });

  it('drops the options of an inherited method when the type changes', async () => {
    await write('base.yaml', `${minimal}renderer: {method: {type: dibr, sharpness: 70}, imageSize: 32}\n`);
    const file = await write('child.yaml', 'extends: base.yaml\n');
    const config = await loadConfig(file, ['renderer.method.type=hard']);
    expect(config.renderer).toMatchObject({ method: { type: 'hard' }, imageSize: 32 });
    expect(config.renderer.method).not.toHaveProperty('sharpness');
  });

  it('reads override values as YAML, the last one winning', async () => {
    const overrides = [
      'training.steps=3',
      'dataset.categories=[chair, sofa]',
      'training.mirror=false',
      'training.steps=4',
    ];
    const config = (await loadConfig(await write('a.yaml', minimal), overrides)) as TrainConfig;
    expect(config.training).toMatchObject({ steps: 4, mirror: false });
    expect(config.dataset.categories).toEqual(['chair', 'sofa']);
  });

  it('takes the back end from the environment where nothing else says one', async () => {
    vi.stubEnv('RASTERGRAD_BACKEND', 'cpu');
    const file = await write('a.yaml', minimal);
    expect((await loadConfig(file)).backend).toBe('cpu');
    expect((await loadConfig(file, ['backend=wasm'])).backend).toBe('wasm');
    vi.stubEnv('RASTERGRAD_BACKEND', 'gpu');
    await expect(loadConfig(file)).rejects.toThrow(
      /^RASTERGRAD_BACKEND: backend is "gpu": expected one of wasm/,
    );
  });

  it('reads back what formatConfig writes', async () => {
    const config = await loadConfig(await write('a.yaml', `${minimal}training: {learningRate: 1e-7}\n`));
    expect(await loadConfig(await write('config.resolved.yaml', formatConfig(config)))).toEqual(config);
  });
});

describe('losses.preset', () => {
  const lossesOf = async (yaml: string, overrides: string[] = []) =>
    ((await loadConfig(await write('a.yaml', yaml), overrides)) as TrainConfig).losses;

  it.each(['official', 'pytorch'] as const)('%s fills in every weight and setting', async (name) => {
    const losses = await lossesOf(`task: train\nlosses: {preset: ${name}}\n`);
    expect(losses).toEqual({
      ...lossPresets[name],
      smoothness: { weight: 0 },
      silhouette: { weight: 0, kind: 'iou' },
      color: { weight: 0, kind: 'l1' },
    });
  });

  it('dibr has the 2D losses and what keeps a mesh smooth', async () => {
    const losses = await lossesOf('task: train\nlosses: {preset: dibr}\n');
    expect(losses).toMatchObject(lossPresets.dibr);
    const active = Object.keys(losses).filter((name) => losses[name].weight > 0);
    expect(active).toEqual(['laplacian', 'smoothness', 'silhouette', 'color']);
  });

  it('is none by default, which fills in nothing', async () => {
    const losses = await lossesOf(minimal);
    expect(await lossesOf(`${minimal.trimEnd().slice(0, -1)}, preset: none}\n`)).toEqual(losses);
    const weights = Object.entries(losses).filter(([, { weight }]) => weight > 0);
    expect(weights).toEqual([['edge', { weight: 1, legacy: false }]]);
  });

  it('gives way to what the config says, what it extends says, and what the command line says', async () => {
    await write('base.yaml', 'task: train\nlosses: {edge: {weight: 7}, normal: {legacy: false}}\n');
    const child = 'extends: base.yaml\nlosses: {preset: official, chamfer: {oppositeWeight: 1}}\n';
    const losses = await lossesOf(child, ['losses.laplacian.weight=0', 'losses.color.weight=2']);
    expect(losses).toMatchObject({
      edge: { weight: 7, legacy: true },
      normal: { weight: 0.5, legacy: false },
      chamfer: { weight: 3000, oppositeWeight: 1 },
      laplacian: { weight: 0, firstBlock: 0.1 },
      color: { weight: 2 },
    });
  });

  it('is inherited, and another can take its place', async () => {
    await write('base.yaml', 'task: train\nlosses: {preset: official, move: {weight: 0.5}}\n');
    const file = await write('child.yaml', 'extends: base.yaml\n');
    const config = (await loadConfig(file)) as TrainConfig;
    expect(config.losses).toMatchObject({ chamfer: { weight: 3000 }, move: { weight: 0.5 } });
    const other = (await loadConfig(file, ['losses.preset=pytorch'])) as TrainConfig;
    expect(other.losses).toMatchObject({ chamfer: { weight: 1 }, move: { weight: 0.5 } });
  });

  it('is gone from the resolved config, which reads back to the same', async () => {
    const file = await write('a.yaml', 'task: train\nlosses: {preset: pytorch, edge: {weight: 0.1}}\n');
    const config = await loadConfig(file);
    const text = formatConfig(config);
    expect(text).not.toContain('preset');
    expect(await loadConfig(await write('config.resolved.yaml', text))).toEqual(config);
  });
});

describe('mistakes in a config', () => {
  const cases: [yaml: string, message: string][] = [
    [`${minimal}model: {hiden: 3}`, 'model.hiden: unknown key; did you mean model.hidden?'],
    [`${minimal}hidden: 3`, 'hidden: unknown key; did you mean model.hidden?'],
    [
      `${minimal}model: {template: {zzz: 3}}`,
      'model.template.zzz: unknown key; known here: model.template.type, model.template.level, model.template.levels, model.template.radii',
    ],
    [
      `${minimal}renderer: {method: {type: hard, sharpness: 3}}`,
      'renderer.method.sharpness: unknown key; known here: renderer.method.type',
    ],
    [`${minimal}training: {steps: many}`, 'training.steps is "many": expected a whole number ≥ 0'],
    [`${minimal}training: {steps: -1}`, 'training.steps is -1: expected a whole number ≥ 0'],
    [`${minimal}training: {learningRate: .nan}`, 'training.learningRate is NaN: expected a number > 0'],
    [
      `${minimal}training: {schedule: cosin}`,
      'training.schedule is "cosin": expected one of cosine, constant, step, plateau',
    ],
    [
      `${minimal}training: {schedule: step}`,
      'training.schedule.at is missing: expected a list of at least 1, each a whole number ≥ 1',
    ],
    [
      `${minimal}training: {schedule: {type: plateau, factor: 2}}`,
      'training.schedule.factor is 2: expected a number > 0 and < 1',
    ],
    [
      `${minimal}training: {steps: 0}\nevaluation: {checkpoint: best}`,
      'evaluation.checkpoint: best is told by validations, and without training.steps there are none',
    ],
    [`${minimal}training: {ema: 1}`, 'training.ema is 1: expected a number ≥ 0 and < 1'],
    [
      `${minimal}renderer: {method: {type: raytracing}}`,
      `renderer.method.type is "raytracing": expected one of ${methods
        .list()
        .map(({ type }) => type)
        .join(', ')}`,
    ],
    [
      `${minimal}model: {template: {radii: [1, 2]}}`,
      'model.template.radii is [1,2]: expected a list of 3, each a number > 0',
    ],
    [
      `${minimal}model: {template: {radii: [1, 2, x]}}`,
      'model.template.radii.2 is "x": expected a number > 0',
    ],
    [
      `${minimal}supervision: {levels: 4}`,
      'supervision.levels: 4 is more than the 3 meshes that the model predicts',
    ],
    [
      `${minimal}supervision: {views: 3, viewsPerObject: [4, 2, 4]}`,
      'supervision.views: 3 is more than the 2 pictures of an object that viewsPerObject leaves',
    ],
    [
      `${minimal}supervision: {viewsPerObject: 0}`,
      'supervision.viewsPerObject is 0: expected all, or a whole number ≥ 1, or a list of 1 to 1024, each a whole number ≥ 0',
    ],
    [
      'task: train\nlosses: {chamfer: {weight: 1}}\nsupervision: {labels3d: 0}',
      'supervision.labels3d: 0 leaves no surface for losses.chamfer to compare with',
    ],
    [
      `${minimal}supervision: {maskNoise: {holes: 2}}`,
      'supervision.maskNoise.holes is 2: expected a number from 0 to 1',
    ],
    [
      `${minimal}model: {template: {level: 4}}`,
      'model.template.levels: level 4 and 3 levels end at subdivision 6, but 5 is the finest',
    ],
    [
      'task: train',
      'losses: every weight is 0; give one of chamfer, edge, normal, laplacian, smoothness, move, silhouette, color a weight above 0',
    ],
    [
      'task: train\nlosses: {weightDecay: {weight: 1}}',
      'losses: every weight is 0; give one of chamfer, edge, normal, laplacian, smoothness, move, silhouette, color a weight above 0',
    ],
    [
      'task: train\nlosses: {preset: offical}',
      'losses.preset is "offical": expected one of none, official, pytorch, dibr',
    ],
    [
      'task: train\nlosses: {preset: official, chamfre: {weight: 1}}',
      'losses.chamfre: unknown key; did you mean losses.chamfer?',
    ],
    [
      'task: train\nlosses: {preset: official, edge: {legcy: true}}',
      'losses.edge.legcy: unknown key; did you mean losses.edge.legacy?',
    ],
    [
      'task: train\nlosses: {preset: official, edge: 3}',
      'losses.edge is 3: expected a mapping with weight, legacy',
    ],
    [
      'task: train\nlosses: {preset: official, edge: {weight: -1}}',
      'losses.edge.weight is -1: expected a number ≥ 0',
    ],
    ['task: train\nlosses: {present: official}', 'losses.present: unknown key; did you mean losses.preset?'],
    [
      'task: train\nlosses: official',
      'losses is "official": expected a mapping with preset, chamfer, edge, normal, laplacian, smoothness, move, silhouette, color, weightDecay',
    ],
    ['task: trian', 'task is "trian": expected one of train, fit, compare-gradients'],
    ['seed: 3', 'task is missing: expected one of train, fit, compare-gradients'],
    [
      'task: fit\nlosses: {chamfer: {weight: 1}}',
      'losses.chamfer: unknown key; known here: losses.edge, losses.laplacian, losses.smoothness, losses.move, losses.silhouette, losses.color',
    ],
    [
      'task: fit\nlosses: {weightDecay: {weight: 1}}',
      'losses.weightDecay: unknown key; known here: losses.edge, losses.laplacian, losses.smoothness, losses.move, losses.silhouette, losses.color',
    ],
    [
      'task: fit\ntarget: {type: dataset, objects: -1}\nlosses: {color: {weight: 1}}',
      'target.objects is -1: expected a whole number ≥ 1, or a list of at least 1, each a text',
    ],
    ['- 1', 'expected a mapping of fields, such as "task: train"'],
    ['extends: 3', 'extends is 3: expected a file name'],
  ];

  it.each(cases)('%j', async (yaml, message) => {
    const file = await write('bad.yaml', yaml);
    await expect(loadConfig(file)).rejects.toThrow(new FileError(file, message));
  });

  it('says where YAML breaks', async () => {
    const file = await write('bad.yaml', 'task: train\nseed: [1, 2\n');
    await expect(loadConfig(file)).rejects.toThrow(/bad\.yaml:3:1: not valid YAML: \S[^\n]*$/);
  });

  it('names a missing file, and the missing file that is extended', async () => {
    await expect(loadConfig(path.join(folder, 'none.yaml'))).rejects.toThrow(
      /none\.yaml: no such file or folder$/,
    );
    const file = await write('child.yaml', 'extends: gone.yaml');
    await expect(loadConfig(file)).rejects.toThrow(/gone\.yaml: no such file or folder$/);
    await expect(loadConfig(folder)).rejects.toThrow(/is a folder, expected a file$/);
  });

  it('refuses a circle of extends', async () => {
    await write('a.yaml', 'extends: b.yaml');
    await write('b.yaml', 'extends: a.yaml');
    await expect(loadConfig(path.join(folder, 'a.yaml'))).rejects.toThrow(
      /extends goes in a circle: .*a\.yaml → .*b\.yaml → .*a\.yaml/,
    );
  });

  it('blames the command line for what an override says', async () => {
    const file = await write('a.yaml', minimal);
    const mistakes = [
      ['steps', '"steps": expected key=value, such as training.steps=100'],
      ['=3', '"=3": expected key=value, such as training.steps=100'],
      ['training.steps=[1', '"training.steps=[1": the value of training.steps is not valid YAML'],
      ['training.stepz=3', 'training.stepz: unknown key; did you mean training.steps?'],
      ['training=3', 'training is 3: expected a mapping with steps'],
    ];
    for (const [override, message] of mistakes) {
      const error: unknown = await loadConfig(file, [override]).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(ArgumentError);
      expect((error as Error).message.startsWith(message)).toBe(true);
    }
  });

  it('checks data as it does files', () => {
    expect(() => parseConfig({ task: 'train', loses: {} })).toThrow(
      'loses: unknown key; did you mean losses?',
    );
    expect(() => parseConfig(3)).toThrow('expected a mapping of fields');
  });
});
