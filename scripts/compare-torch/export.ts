// Writes what step.py needs to be the very same training step: the full-size Pixel2Mesh network's start weights, its graphs, the picture
// and the points of the chair, and the loss that our first step has.
//
//     npx tsx scripts/compare-torch/export.ts step.safetensors [info_ellipsoid.dat]

import { useWasm } from '../../bench/backend.ts';
import { chairBatch, officialModel, officialNetwork, trainingSteps } from '../../bench/officialNetwork.ts';
import { encodePictures } from '../../src/models/pictureEncoding.ts';
import { makeTemplate } from '../../src/models/template.ts';
import { type SafeTensor, type SafeTensorData, writeSafetensors } from '../../src/tensor/safetensors.ts';

const [output, templateFile] = process.argv.slice(2);
if (!output) throw new Error('usage: npx tsx scripts/compare-torch/export.ts OUTPUT [info_ellipsoid.dat]');
await useWasm();
const network = await officialNetwork(templateFile);
const { batch } = await chairBatch(1);
const { template, picture } = await officialModel(templateFile);
const { vertices, unpoolEdges } = makeTemplate(template);

const tensors: Record<string, SafeTensor> = {};
const put = (name: string, shape: number[], data: SafeTensorData) => {
  tensors[name] = { dtype: data instanceof Int32Array ? 'I32' : 'F32', shape, data };
};
for (const { name, variable } of network.parameters.list()) {
  put(`model.${name}`, variable.shape, variable.dataSync() as Float32Array);
}
put('template', [vertices.length / 3, 3], vertices);
for (const [level, edges] of unpoolEdges.entries()) put(`unpool.${level + 1}`, [edges.length / 2, 2], edges);
for (const [level, { offsets, indices, values }] of network.graph.supports.entries()) {
  put(`support.${level}.offsets`, [offsets.length], offsets);
  put(`support.${level}.indices`, [indices.length], indices);
  put(`support.${level}.values`, [values.length], values);
}
for (const [level, { edges, neighbours }] of network.graph.topologies.entries()) {
  put(`edges.${level}`, [edges.length / 2, 2], edges);
  put(`neighbours.${level}.offsets`, [neighbours.offsets.length], neighbours.offsets);
  put(`neighbours.${level}.indices`, [neighbours.indices.length], neighbours.indices);
}
const encoded = encodePictures(batch.pictures, picture);
put('picture', encoded.shape, encoded.dataSync() as Float32Array);
const { points, normals } = batch.target;
put('points', points.shape, points.dataSync() as Float32Array);
put('normals', normals!.shape, normals!.dataSync() as Float32Array);

const { loss } = trainingSteps(network, batch)(0);
await writeSafetensors(output, tensors, { loss: String(loss) });
console.log(`${output}: the loss of our first step is ${loss}`);
