import { describe, expect, it } from 'vitest';
import { loadStateDict, modelOf, namedArrays, toStateDict } from '../../../src/models/index.ts';
import { fromTensorflowCheckpoint } from '../../../src/models/tensorflowCheckpoint.ts';
import { Random } from '../../../src/tensor/random.ts';
import { useTestBackend } from '../../backend.ts';

await useTestBackend();
const camera = { fovDegrees: 49.134, distance: 0.8 };

/** The official network's layers at a fraction of their width, on a built-in template. */
const official = {
  type: 'pixel2mesh',
  imageSize: 32,
  picture: 'white',
  encoder: {
    channels: [2, 3, 4, 5, 6, 7],
    convolutions: [2, 3, 3, 3, 3, 4],
    kernelSizes: [3, 3, 3, 3, 5, 5],
    strides: [1, 2, 2, 2, 2, 2],
    pooledStages: 4,
  },
  globalCode: 0,
  pooling: { picture: false },
  hidden: 8,
  template: { level: 0 },
  blocks: { residualBlocks: 6, lastHidden: 4, support: 'chebyshev', positions: 'absolute', frame: 'camera' },
};

function make(options: Record<string, unknown>, seed = 1) {
  const model = modelOf({ type: 'pixel2mesh' });
  return model.create(model.options.parse(options), camera, new Random(seed));
}

/** Of noahcao/Pixel2Mesh, utils/migrations/official_config_pytorch_256.txt, names in short. */
const portNames = [
  ...['0_1', '0_2', '1_1', '1_2', '1_3', '2_1', '2_2', '2_3', '3_1', '3_2', '3_3', '4_1', '4_2', '4_3'],
  ...['5_1', '5_2', '5_3', '5_4'],
]
  .map((layer) => `nn_encoder.conv${layer}`)
  .flatMap((layer) => [`${layer}.weight`, `${layer}.bias`])
  .concat(
    [0, 1, 2]
      .flatMap((block) => [
        `gcns.${block}.conv1`,
        ...[0, 1, 2, 3, 4, 5].flatMap((i) => [
          `gcns.${block}.blocks.${i}.conv1`,
          `gcns.${block}.blocks.${i}.conv2`,
        ]),
        `gcns.${block}.conv2`,
      ])
      .concat('gconv')
      .flatMap((layer) => [`${layer}.loop_weight`, `${layer}.weight`, `${layer}.bias`]),
  );

describe('a state_dict', () => {
  it('has the names and layouts of the PyTorch port', () => {
    const state = toStateDict(namedArrays(make(official).parameters));
    const names = Object.keys(state).filter((name) => !name.startsWith('color.'));
    expect(names.sort()).toEqual(portNames.toSorted());
    expect(state['nn_encoder.conv4_1.weight'].shape).toEqual([6, 5, 5, 5]);
    expect(state['gcns.0.conv1.weight'].shape).toEqual([3 + 4 + 5 + 6 + 7, 8]);
    expect(state['gcns.1.conv1.loop_weight'].shape).toEqual([25 + 8, 8]);
    expect(state['gcns.2.conv2.weight'].shape).toEqual([8, 4]);
    expect(state['gconv.bias'].shape).toEqual([3]);
  });

  it.each([
    ['the official network', official],
    ['the small one', { type: 'pixel2mesh', hidden: 4, encoder: { channels: [2, 3] } }],
    ['one on VGG-16', { type: 'pixel2mesh', imageSize: 32, encoder: { type: 'vgg16', width: 2 } }],
    ['one on ResNet-18', { type: 'pixel2mesh', imageSize: 32, encoder: { type: 'resnet18', width: 2 } }],
  ])('carries all weights of %s to another model', (_, options) => {
    const [from, to] = [make(options, 1), make(options, 2)];
    loadStateDict(to.parameters, toStateDict(namedArrays(from.parameters)), 'test');
    expect(namedArrays(to.parameters)).toEqual(namedArrays(from.parameters));
  });

  it('lays kernels out as [out, in, h, w] and tells the two supports apart', () => {
    const { parameters } = make(official);
    const [kernel, weights] = ['encoder.4.0.kernel', 'block.0.first.weights'].map(
      (name) => namedArrays(parameters).find((array) => array.name === name)!,
    );
    const state = toStateDict([kernel, weights]);
    const [h, w, c, o] = [2, 4, 1, 3];
    expect(state['nn_encoder.conv4_1.weight'].data[((o * 5 + c) * 5 + h) * 5 + w]).toBe(
      kernel.data[((h * 5 + w) * 5 + c) * 6 + o],
    );
    // Row 7: W₀ in the first 8 columns, W₁ in the last.
    expect(state['gcns.0.conv1.loop_weight'].data[7 * 8 + 2]).toBe(weights.data[7 * 16 + 2]);
    expect(state['gcns.0.conv1.weight'].data[7 * 8 + 2]).toBe(weights.data[7 * 16 + 8 + 2]);
  });

  it('passes over constants and prefixes of the port, and keeps its own colour head where there is none', () => {
    const [from, to] = [make(official, 1), make(official, 2)];
    const state = toStateDict(namedArrays(from.parameters));
    const theirs = Object.fromEntries(
      Object.entries(state)
        .filter(([name]) => !name.startsWith('color.'))
        .map(([name, tensor]) => [`module.${name}`, tensor]),
    );
    theirs['module.init_pts'] = { dtype: 'F32', shape: [1, 3], data: new Float32Array(3) };
    theirs['module.gcns.0.conv1.adj_mat'] = { dtype: 'F32', shape: [1], data: new Float32Array(1) };
    loadStateDict(to.parameters, theirs, 'test');
    expect(namedArrays(to.parameters)).toEqual(namedArrays(from.parameters));
  });

  it('names what is missing, unknown or of another shape, and changes nothing then', () => {
    const { parameters } = make(official);
    const before = namedArrays(parameters).map(({ data }) => data.slice());
    const state = toStateDict(namedArrays(parameters));
    const { 'gconv.bias': bias, ...rest } = state;
    expect(() => loadStateDict(parameters, rest, 'w')).toThrow('w: has no weights "gconv.bias" [3]');
    const wrong = { ...rest, 'gconv.bias': { ...bias, shape: [1, 3] } };
    expect(() => loadStateDict(parameters, wrong, 'w')).toThrow(
      'its weights "gconv.bias" have shape [1,3], but the model\'s have [3]',
    );
    expect(() => loadStateDict(parameters, { ...state, 'gcns.3.x': bias }, 'w')).toThrow('"gcns.3.x"');
    expect(namedArrays(parameters).map(({ data }) => data)).toEqual(before);
  });
});

describe("the TensorFlow checkpoint's variables", () => {
  /** Names as nywang16/Pixel2Mesh has them: noahcao/Pixel2Mesh, utils/migrations/official_config_tensorflow_256.txt. */
  function checkpoint() {
    const state = toStateDict(namedArrays(make(official).parameters));
    const variables: Record<string, { shape: number[]; data: Float64Array }> = {};
    const put = (name: string, shape: number[], data: ArrayLike<number>) => {
      variables[`gcn/${name}:0`] = { shape, data: Float64Array.from(data) };
    };
    let convolution = 0;
    let graph = 1;
    for (const [name, { shape, data }] of Object.entries(state)) {
      const layer = convolution === 0 ? 'Conv2D' : `Conv2D_${convolution}`;
      if (/^nn_encoder.*weight$/.test(name)) {
        const [o, c, h, w] = shape;
        const moved = Float64Array.from({ length: data.length }, (_, i) => {
          const out = i % o;
          const channel = Math.floor(i / o) % c;
          return data[(out * c + channel) * h * w + Math.floor(i / (o * c))];
        });
        put(`${layer}/W`, [h, w, c, o], moved);
      } else if (name.startsWith('nn_encoder')) {
        put(`${layer}/b`, shape, data);
        convolution++;
      } else if (!name.startsWith('color.')) {
        const part = name.split('.').at(-1)!;
        const theirs = { loop_weight: 'weights_0', weight: 'weights_1', bias: 'bias' }[part]!;
        put(`graphconvolution_${graph}_vars/${theirs}`, shape, data);
        if (part === 'bias') graph++;
      }
    }
    variables['gcn/graphconvolution_1_vars/bias/Adam:0'] = { shape: [8], data: new Float64Array(8) };
    variables['beta1_power:0'] = { shape: [], data: Float64Array.of(0.9) };
    return { state, variables };
  }

  it("come under the port's names, whatever their order", () => {
    const { state, variables } = checkpoint();
    expect(Object.keys(variables)).toContain('gcn/Conv2D_17/W:0');
    expect(Object.keys(variables)).toContain('gcn/graphconvolution_43_vars/weights_1:0');
    const shuffled = Object.fromEntries(Object.entries(variables).sort(([a], [b]) => (a < b ? 1 : -1)));
    const converted = fromTensorflowCheckpoint(shuffled, 'p2m.npz');
    for (const [name, tensor] of Object.entries(state)) {
      if (!name.startsWith('color.')) expect(converted[name], name).toEqual(tensor);
    }
    expect(Object.keys(converted)).toHaveLength(portNames.length);
  });

  it('are refused where one is missing', () => {
    const { variables } = checkpoint();
    const { 'gcn/graphconvolution_20_vars/weights_1:0': _, ...lacking } = variables;
    expect(() => fromTensorflowCheckpoint(lacking, 'p2m.npz')).toThrow(
      'p2m.npz: has no variable "gcn/graphconvolution_20/weights_1"',
    );
    expect(() => fromTensorflowCheckpoint({}, 'p2m.npz')).toThrow('p2m.npz');
  });
});
