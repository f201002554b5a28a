// Pictures for people: sheets of many, and animations.

export { type AnimationOptions, encodeAnimation, writeAnimation } from './animation.ts';
export { type ContactSheetOptions, contactSheet } from './contactSheet.ts';
