// The public surface of `rastergrad/renderer`: everything needed to draw meshes differentiably, and nothing of the toolkit. Bundlers
// for browsers are handed browser.ts instead, through the export conditions of package.json.

export * from './browser.ts';
export * from './io/index.ts';
