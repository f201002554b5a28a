export { Camera, type Views } from './camera.ts';
export type { PictureSize } from './checks.ts';
export {
  IntrinsicsCamera,
  type IntrinsicsCameraOptions,
  type PixelIntrinsics,
  pixelIntrinsics,
} from './intrinsics.ts';
export { joinCameras } from './join.ts';
export {
  fromKaolin,
  fromKaolinProjection,
  type KaolinCamera,
  toKaolin,
  toKaolinProjection,
} from './kaolin.ts';
export type { Lens, LensRow, LensValue } from './lens.ts';
export { fromOpenCv, type OpenCvCamera, type PixelOrigin, toOpenCv } from './opencv.ts';
export {
  type OrbitOptions,
  type OrbitPoseOptions,
  type OrbitViewsOptions,
  orbit,
  orbitPose,
  orbitViews,
} from './orbit.ts';
export { OrthographicCamera, type OrthographicCameraOptions } from './orthographic.ts';
export { PerspectiveCamera, type PerspectiveCameraOptions } from './perspective.ts';
export { type Pose, poseMatrix, poseOf } from './pose.ts';
export {
  fromPyTorch3d,
  type PyTorch3dCamera,
  type PyTorch3dFovCamera,
  toPyTorch3d,
  toPyTorch3dFov,
} from './pytorch3d.ts';
export {
  fromR2n2,
  type R2n2Camera,
  r2n2Camera,
  r2n2FovDegrees,
  r2n2WorldToCamera,
  toR2n2,
} from './r2n2.ts';
export {
  identityView,
  type LookAtOptions,
  lookAt,
  rigidView,
  type Vector3,
  type ViewMatrix,
} from './view.ts';
