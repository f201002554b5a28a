// The check sums that RFC 3720, appendix B.4, gives as examples of CRC-32C, and TFRecord's framing.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../../src/report/tensorboard/crc32c.ts';
import { maskedCrc, tfRecord } from '../../../../src/report/tensorboard/record.ts';

const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
const readCommand = Uint8Array.from(
  Buffer.from(
    '01c00000000000000000000000000000140000000000040000000014000000182800000000000000' + '0200000000000000',
    'hex',
  ),
);

describe('crc32c', () => {
  it.each([
    ['32 bytes of zeroes', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of ones', new Uint8Array(32).fill(255), 0x62a8ab43],
    ['32 bytes incrementing', ascending, 0x46dd794e],
    ['32 bytes decrementing', ascending.toReversed(), 0x113fdb5c],
    ['an iSCSI SCSI Read (10) command', readCommand, 0xd9963a56],
    ['"123456789"', new TextEncoder().encode('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(0), 0],
  ])('of %s is that of the RFC', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});

describe('a TFRecord', () => {
  it('frames data so that every changed bit shows', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), (data, choice) => {
        const record = tfRecord(data);
        expect(isWhole(record)).toBe(true);
        const bit = choice % (8 * record.length);
        record[bit >> 3] ^= 1 << (bit & 7);
        expect(isWhole(record)).toBe(false);
      }),
    );
  });

  it('has the bytes that TensorFlow writes for an empty record', () => {
    expect(Buffer.from(tfRecord(new Uint8Array(0))).toString('hex')).toBe('000000000000000029039807d8ea82a2');
  });
});

function isWhole(record: Uint8Array): boolean {
  const view = new DataView(record.buffer);
  if (view.getUint32(8, true) !== maskedCrc(record.subarray(0, 8))) return false;
  const length = Number(view.getBigUint64(0, true));
  return view.getUint32(12 + length, true) === maskedCrc(record.subarray(12, 12 + length));
}
