// What pictures a trained network takes: input.json of a run.

/**
 * How pictures show their objects: by the circle about the middle of the object's bounding box that the object just fits into, since
 * that changes less as an object turns than the box does. In shares of the side of a square picture.
 */
export interface Framing {
  diameter: number;
  /** From the left and from the top. */
  center: [x: number, y: number];
}

/** What a network has been trained to see. */
export interface NetworkInput {
  /** Width and height of its pictures. */
  imageSize: number;
  /** That took them: vertical field of view, and distance from the object. */
  camera: { fovDegrees: number; distance: number };
  /** How they show their objects, on average. Without it, pictures are taken as they are framed. */
  framing?: Framing;
}
