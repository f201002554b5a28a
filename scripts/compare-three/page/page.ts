// A page in which three.js renders a model file, unlit and textured, from a given camera.

import {
  Color,
  DoubleSide,
  LessDepth,
  LoadingManager,
  type Material,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  type MeshPhongMaterial,
  type Object3D,
  PerspectiveCamera,
  Scene,
  WebGLRenderer,
} from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { MTLLoader } from 'three/addons/loaders/MTLLoader.js';
import { OBJLoader } from 'three/addons/loaders/OBJLoader.js';

export interface ThreeRequest {
  /** Of the model file; what it refers to is beside it. */
  url: string;
  size: number;
  fovDegrees: number;
  near: number;
  far: number;
  /** World to camera, row-major. */
  view: number[];
}

/** [size·size·4] bytes of the picture, the top row first, in base64. */
async function renderWithThree(request: ThreeRequest): Promise<string> {
  const { url, size, fovDegrees, near, far, view } = request;
  const renderer = new WebGLRenderer({ alpha: true, antialias: false, preserveDrawingBuffer: true });
  renderer.setPixelRatio(1);
  renderer.setSize(size, size);
  renderer.setClearColor(new Color(0), 0);
  // Files say in which order; so the first of two faces at the same place shows, as in rastergrad.
  renderer.sortObjects = false;

  const scene = new Scene();
  scene.add(await load(url));
  scene.traverse((object) => {
    if (!(object instanceof Mesh)) return;
    object.frustumCulled = false;
    object.material = Array.isArray(object.material) ? object.material.map(unlit) : unlit(object.material);
  });
  const camera = new PerspectiveCamera(fovDegrees, 1, near, far);
  camera.matrixAutoUpdate = false;
  camera.matrix.copy(new Matrix4().set(...(view as Parameters<Matrix4['set']>)).invert());
  camera.updateMatrixWorld(true);
  renderer.render(scene, camera);

  const gl = renderer.getContext();
  const rows = new Uint8Array(4 * size * size);
  gl.readPixels(0, 0, size, size, gl.RGBA, gl.UNSIGNED_BYTE, rows);
  let text = '';
  for (let row = size - 1; row >= 0; row--) {
    text += String.fromCharCode(...rows.subarray(4 * size * row, 4 * size * (row + 1)));
  }
  renderer.dispose();
  renderer.forceContextLoss();
  return btoa(text);
}

async function load(url: string): Promise<Object3D> {
  const missing: string[] = [];
  const manager = new LoadingManager();
  manager.onError = (file) => missing.push(file);
  const model = url.endsWith('.glb')
    ? (await new GLTFLoader(manager).loadAsync(url)).scene
    : await loadObj(url, manager);
  // Loaders of materials do not wait for textures.
  const maps: { image: unknown }[] = [];
  model.traverse((object) => {
    if (!(object instanceof Mesh)) return;
    for (const { map } of [object.material].flat() as MeshPhongMaterial[]) if (map) maps.push(map);
  });
  while (!maps.every(({ image }) => image) && missing.length === 0) {
    await new Promise((done) => setTimeout(done, 10));
  }
  if (missing.length > 0) throw new Error(`cannot load ${missing.join(', ')}`);
  return model;
}

async function loadObj(url: string, manager: LoadingManager): Promise<Object3D> {
  const text = await (await fetch(url)).text();
  const folder = url.slice(0, url.lastIndexOf('/') + 1);
  const loader = new OBJLoader(manager);
  const [, library] = /^mtllib\s+(.+?)\s*$/m.exec(text) ?? [];
  if (library) {
    const materials = await new MTLLoader(manager).setResourcePath(folder).loadAsync(folder + library);
    materials.preload();
    loader.setMaterials(materials);
  }
  return loader.parse(text);
}

/** Colour times texture, whatever the material was. */
function unlit(material: Material): MeshBasicMaterial {
  const { color, map, vertexColors } = material as MeshPhongMaterial;
  return new MeshBasicMaterial({
    color,
    map,
    vertexColors,
    side: DoubleSide,
    depthFunc: LessDepth,
    toneMapped: false,
  });
}

Object.assign(globalThis, { renderWithThree });
