export {
  Camera,
  OrthographicCamera,
  type OrthographicCameraOptions,
  PerspectiveCamera,
  type PerspectiveCameraOptions,
} from './camera.ts';
export { identityView, type LookAtOptions, lookAt, type Vector3, type ViewMatrix } from './view.ts';
