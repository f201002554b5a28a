// NumPy's .npz archives: a zip file of .npy arrays. Reading only, numbers only.
// Format: NumPy, "numpy.lib.format", versions 1 to 3.

import { unzip } from 'fflate';
import { FileError } from '../../renderer/errors.ts';
import { readFileBytes } from '../../renderer/io/files.ts';
import { fromMemory, type NumpyArray, type NumpyTypeCode, numpyTypeCodes } from './numpyArray.ts';

/** @throws FileError where the file cannot be read, is no archive of arrays, or has arrays of something other than numbers */
export async function readNpz(path: string): Promise<Record<string, NumpyArray>> {
  const bytes = await readFileBytes(path);
  const entries = await new Promise<Record<string, Uint8Array>>((resolve, reject) => {
    unzip(bytes, { filter: ({ name }) => name.endsWith('.npy') }, (error, files) =>
      error ? reject(new FileError(path, `is no .npz archive (${error.message})`)) : resolve(files),
    );
  });
  const names = Object.keys(entries);
  if (names.length === 0) throw new FileError(path, 'is no .npz archive: it has no .npy arrays');
  return Object.fromEntries(
    names.map((name) => [name.replace(/\.npy$/, ''), decodeNpy(entries[name], `${path}, ${name}`)]),
  );
}

const signature = [0x93, ...Array.from('NUMPY', (letter) => letter.charCodeAt(0))];

/** @throws FileError where the bytes are no .npy file of numbers */
export function decodeNpy(bytes: Uint8Array, path = 'npy'): NumpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || !signature.every((byte, i) => bytes[i] === byte)) {
    throw new FileError(path, 'is no .npy array');
  }
  const [lengthSize, headerLength] =
    bytes[6] === 1 ? [2, view.getUint16(8, true)] : [4, view.getUint32(8, true)];
  const start = 8 + lengthSize + headerLength;
  const header = new TextDecoder('latin1').decode(bytes.subarray(8 + lengthSize, start));
  const descr = /'descr':\s*'([<>|=]?)(\w+)'/.exec(header);
  const order = /'fortran_order':\s*(True|False)/.exec(header);
  const extents = /'shape':\s*\(([\d,\s]*)\)/.exec(header);
  if (!descr || !order || !extents) throw new FileError(path, 'has a header that is not understood');
  const code = numpyTypeCodes.find((name) => name === descr[2]) as NumpyTypeCode | undefined;
  if (!code) {
    throw new FileError(
      path,
      `has elements of type "${descr[2]}", expected one of ${numpyTypeCodes.join(', ')}`,
    );
  }
  const array = fromMemory(bytes.subarray(start), {
    shape: extents[1].split(',').flatMap((text) => (text.trim() === '' ? [] : [Number(text)])),
    code,
    littleEndian: descr[1] !== '>',
    fortranOrder: order[1] === 'True',
  });
  if (typeof array === 'string') throw new FileError(path, `has ${array}`);
  return array;
}
