// Between sRGB, in which files store colours, and linear light, in which everything inside is computed (IEC 61966-2-1).

/** Linear 0 … 1 from sRGB 0 … 1. */
export function srgbToLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** sRGB 0 … 1 from linear 0 … 1. */
export function linearToSrgb(value: number): number {
  return value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055;
}

/** Linear 0 … 1 from an sRGB number of a file, cut to 0 … 1 first. */
export function linearOfFile(value: number): number {
  return srgbToLinear(Math.min(Math.max(value, 0), 1));
}
