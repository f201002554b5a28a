// Pictures for people: on backgrounds, on sheets of many, and animated.

export { type AnimationOptions, encodeAnimation, writeAnimation } from './animation.ts';
export { onBackground } from './background.ts';
export { rampColor, rampStops } from './colorRamp.ts';
export { type ContactSheetOptions, contactSheet } from './contactSheet.ts';
export { type DepthShades, depthShades } from './depthShades.ts';
export { encodeGreyPng } from './greyPng.ts';
