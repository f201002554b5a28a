// Square pictures side by side: how an object's views, and its depth maps, lie in one file.

type Pixels = Uint8Array | Uint16Array;

/** [size, pictures · size, channels] from pictures [size, size, channels], left to right. */
export function stripOf<Kind extends Pixels>(
  pictures: readonly Pixels[],
  size: number,
  channels: number,
  Kind: new (length: number) => Kind,
): Kind {
  const row = size * channels;
  const strip = new Kind(pictures.length * size * row);
  pictures.forEach((picture, i) => {
    for (let r = 0; r < size; r++) {
      strip.set(picture.subarray(row * r, row * (r + 1)), row * (r * pictures.length + i));
    }
  });
  return strip;
}

/** A copy of the picture at `index` of a strip of `count`. */
export function pictureOf<Kind extends Pixels>(
  strip: Kind,
  index: number,
  { count, size, channels }: { count: number; size: number; channels: number },
): Kind {
  const row = size * channels;
  const Kind = strip instanceof Uint16Array ? Uint16Array : Uint8Array;
  const picture = new Kind(size * row) as Kind;
  for (let r = 0; r < size; r++) {
    const start = row * (r * count + index);
    picture.set(strip.subarray(start, start + row), row * r);
  }
  return picture;
}
