// Decimal numbers from the bytes of a text, without making strings of them: what reading large mesh files spends its time on.

/**
 * The number that `bytes` from `start` to `end` write, correctly rounded; NaN where they write none. Infinities have no digits, so
 * they are none.
 *
 * Up to 15 digits and powers of ten up to 22 are exact doubles, so one multiplication or division rounds once, correctly (Clinger, How
 * to Read Floating Point Numbers Accurately, 1990). All else goes to `Number`.
 */
export function decimal(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const isNegative = bytes[at] === minus;
  if (isNegative || bytes[at] === plus) at++;
  let mantissa = 0;
  let exponent = 0;
  let digits = 0;
  let afterPoint = -1;
  for (; at < end; at++) {
    const digit = bytes[at] - zero;
    if (digit >= 0 && digit <= 9) {
      mantissa = 10 * mantissa + digit;
      digits++;
      if (afterPoint >= 0) afterPoint++;
      if (mantissa >= 1e15) return general(bytes, start, end);
    } else if (bytes[at] === point && afterPoint < 0) {
      afterPoint = 0;
    } else {
      break;
    }
  }
  if (digits === 0) return Number.NaN;
  if (at < end) {
    if ((bytes[at] | lowerCase) !== letterE) return Number.NaN;
    exponent = wholeNumber(bytes, at + 1, end);
    if (Number.isNaN(exponent)) return Number.NaN;
  }
  if (afterPoint > 0) exponent -= afterPoint;
  if (exponent < -22 || exponent > 22) return mantissa === 0 ? 0 : general(bytes, start, end);
  const value = exponent < 0 ? mantissa / powers[-exponent] : mantissa * powers[exponent];
  return isNegative ? -value : value;
}

/** The whole number that `bytes` write, cut to ±1e9; NaN where they write none. */
export function wholeNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const isNegative = bytes[at] === minus;
  if (isNegative || bytes[at] === plus) at++;
  if (at >= end) return Number.NaN;
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at] - zero;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = Math.min(10 * value + digit, 1e9);
  }
  return isNegative ? -value : value;
}

const [minus, plus, point, zero, letterE, lowerCase] = [0x2d, 0x2b, 0x2e, 0x30, 0x65, 0x20];

const powers = Float64Array.from({ length: 23 }, (_, n) => Number(`1e${n}`));

function general(bytes: Uint8Array, start: number, end: number): number {
  const text = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 1000)));
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}
