import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { openTransforms } from '../../../src/captures/index.ts';
import { expectClose } from '../../renderer/camera/cameras.ts';
import { cameraToWorld, shots, writeNerfstudio, writePicture, writeTransforms } from './scene.ts';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rastergrad-'));
  await writeNerfstudio(root);
});

afterAll(() => rm(root, { recursive: true }));

const [{ camera }] = shots;
const frame = { file_path: 'images/shot 0.png', transform_matrix: cameraToWorld(camera.views[0]) };

const open = async (content: object, options?: object) =>
  openTransforms(await writeTransforms(root, content, 'case.json'), options);

it("a frame of NeRF's own scenes looks at the origin from a distance of 4", async () => {
  // transforms_train.json of nerf_synthetic's lego, first frame: a rig on a sphere of radius 4.0311, angle 0.6911.
  const transform_matrix = [
    [-0.9999021887779236, 0.004192245192825794, -0.013345719315111637, -0.05379832163453102],
    [-0.013988681137561798, -0.2996590733528137, 0.95394366979599, 3.845470428466797],
    [-4.656612873077393e-10, 0.9540371894836426, 0.29968830943107605, 1.2080823183059692],
    [0.0, 0.0, 0.0, 1.0],
  ];
  const content = { camera_angle_x: 0.6911112070083618, frames: [{ ...frame, transform_matrix }] };
  const [{ camera }] = (await open(content)).views;
  expectClose(camera.projectOnHost([0, 0, 0]), [0, 0, -4.0311, 4.0311], 1e-4);
  // z is up in their world, and in the picture.
  expect(camera.projectOnHost([0, 0, 1])[1]).toBeGreaterThan(0);
  // At 800 pixels this is a focal length of 1111.
  expect(camera.lensRow()[0] * 400).toBeCloseTo(1111.11, 1);
});

describe('transforms.json', () => {
  it.each([
    ['frames: ', { fl_x: 10 }],
    [
      'frames[0].transform_matrix[2]: ',
      { fl_x: 10, frames: [{ ...frame, transform_matrix: [[1, 0, 0, 0], [0, 1, 0, 0], [1]] }] },
    ],
    ['frames[1].file_path: ', { fl_x: 10, frames: [frame, { ...frame, file_path: 3 }] }],
    ['fl_x: ', { fl_x: -10, frames: [frame] }],
    ['frames[0]: has neither fl_x nor camera_angle_x', { frames: [frame] }],
    [
      'frames[0]: has a distortion, k1 = 0.1; undistort the pictures first',
      { fl_x: 10, k1: 0.1, frames: [frame] },
    ],
    ['frames[0]: has a distortion, p2 = -0.1', { fl_x: 10, frames: [{ ...frame, p2: -0.1 }] }],
    [
      'frames[0]: has the camera model OPENCV_FISHEYE',
      { fl_x: 10, camera_model: 'OPENCV_FISHEYE', frames: [frame] },
    ],
    ['frames[0]: has the camera model fisheye', { fl_x: 10, is_fisheye: true, frames: [frame] }],
    [
      'frames[0].transform_matrix: the upper left must be a rotation',
      {
        fl_x: 10,
        frames: [
          {
            ...frame,
            transform_matrix: frame.transform_matrix.map((row) => row.map((v) => 2 * v)).slice(0, 3),
          },
        ],
      },
    ],
    [
      'frames[0].transform_matrix: the last row must be 0 0 0 1, but is 1 2 3 1',
      {
        fl_x: 10,
        frames: [{ ...frame, transform_matrix: [...frame.transform_matrix.slice(0, 3), [1, 2, 3, 1]] }],
      },
    ],
    ['frames[0]: picture: no such file: ', { fl_x: 10, frames: [{ ...frame, file_path: 'images/none' }] }],
    ['frames[0].mask_path: no such file: ', { fl_x: 10, frames: [{ ...frame, mask_path: 'masks/none' }] }],
    ['frames[0]: is a camera for pictures of 12 × 12, but ', { fl_x: 10, w: 12, h: 12, frames: [frame] }],
    [
      'frames[0].file_path: "../x.png" leads out of the capture\'s folder; allowOutside reads it',
      { fl_x: 10, frames: [{ ...frame, file_path: '../x.png' }] },
    ],
    [
      'frames[0].file_path: "/etc/x.png" leads out',
      { fl_x: 10, frames: [{ ...frame, file_path: '/etc/x.png' }] },
    ],
    [
      'frames[0].mask_path: "a/../../x.png" leads out',
      { fl_x: 10, frames: [{ ...frame, mask_path: 'a/../../x.png' }] },
    ],
  ])('is refused: %s', async (problem, content) => {
    const error = await open(content).catch((reason) => reason);
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toContain('case.json: ');
    expect(error.message).toContain(problem);
  });

  it('is refused where it is not JSON', async () => {
    await writeFile(join(root, 'broken.json'), '{');
    await expect(openTransforms(join(root, 'broken.json'))).rejects.toThrow(/broken\.json: not JSON/);
  });

  it('may read outside its folder where that is allowed', async () => {
    await writePicture(join(root, '../rastergrad-outside.png'));
    const content = { fl_x: 10, frames: [{ ...frame, file_path: '../rastergrad-outside.png' }] };
    const { views } = await open(content, { allowOutside: true });
    expect((await views[0].image()).shape).toEqual([8, 12, 4]);
    await rm(join(root, '../rastergrad-outside.png'));
  });

  it('takes one angle for both directions, or one each', async () => {
    const lens = async (content: object) =>
      (await open({ frames: [frame], ...content })).views[0].camera.lensRow();
    const wide = await lens({ camera_angle_x: Math.PI / 2 });
    // 90° across 12 pixels: a focal length of 6.
    expect(wide[0]).toBeCloseTo(1, 12);
    expect(wide[1]).toBeCloseTo(1.5, 12);
    const both = await lens({ camera_angle_x: Math.PI / 2, camera_angle_y: Math.PI / 2 });
    expect(both[1]).toBeCloseTo(1, 12);
    expect((await lens({ fl_x: 6, fl_y: 3 }))[1]).toBeCloseTo(0.75, 12);
  });
});
