// TFRecord: how TensorFlow frames messages in a file, so that a reader finds their ends and whether they are whole (TensorFlow,
// core/lib/io/record_writer.h; tensorflow.org/tutorials/load_data/tfrecord).
//
//   uint64 length | uint32 masked CRC of the length | the bytes | uint32 masked CRC of the bytes        little-endian

import { crc32c } from './crc32c.ts';

const HEADER = 12;
const FOOTER = 4;

export function tfRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEADER + data.length + FOOTER);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, HEADER);
  view.setUint32(HEADER + data.length, maskedCrc(data), true);
  return record;
}

/** Turned by 15 bits and moved, since the CRC of data that hold their own CRC says little (core/lib/hash/crc32c.h). */
export function maskedCrc(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
