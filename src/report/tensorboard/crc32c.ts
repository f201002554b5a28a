// CRC-32C, the cyclic redundancy check by Castagnoli's polynomial, as in RFC 3720, appendix B.4.

/** The polynomial 0x1EDC6F41 with its bits reversed, as bits are taken from the lowest on. */
const POLYNOMIAL = 0x82f63b78;

/** What eight zero bits after each byte make of it. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++)
    remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
  return remainder;
});

/** @returns 0 to 2³² − 1 */
export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) {
    remainder = table[(remainder ^ bytes[i]) & 0xff] ^ (remainder >>> 8);
  }
  return ~remainder >>> 0;
}
