// Pictures as part of a page.

/** Of a PNG file. */
export const dataUri = (png: Buffer): string => `data:image/png;base64,${png.toString('base64')}`;
