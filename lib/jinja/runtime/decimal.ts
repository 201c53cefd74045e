/** Decimal digits of floats, rounded half to even from the exact binary value, as C's printf (and so Python) does. */

/** The integer nearest to `value * 10 ** power`, ties to even; value is finite and not negative. */
function scaled(value: number, power: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponentBits = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = exponentBits === 0 ? fraction : fraction | 0x10000000000000n;
  const exponent = Math.max(exponentBits, 1) - 1075;
  let numerator = mantissa;
  let denominator = 1n;
  if (exponent > 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  if (power > 0) numerator *= 10n ** BigInt(power);
  else denominator *= 10n ** BigInt(-power);
  const whole = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && whole % 2n === 1n);
  return up ? whole + 1n : whole;
}

/** A value (finite, not negative) with so many digits after the point. */
export function fixed(value: number, digits: number): string {
  const text = scaled(value, digits)
    .toString()
    .padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The digits of a value (finite, not negative) in scientific notation, and its exponent. */
function significant(value: number, digits: number): { text: string; exponent: number } {
  if (value === 0) return { text: '0'.repeat(digits), exponent: 0 };
  let exponent = Number(value.toExponential().split('e')[1]);
  let text = scaled(value, digits - 1 - exponent).toString();
  if (text.length > digits) {
    exponent++;
    text = scaled(value, digits - 1 - exponent).toString();
  }
  return { text, exponent };
}

/** A value (finite, not negative) as `1.50e+00` with so many digits after the point. */
export function scientific(value: number, digits: number): string {
  const { text, exponent } = significant(value, digits + 1);
  return withExponent(digits === 0 ? text : `${text[0]}.${text.slice(1)}`, exponent);
}

function withExponent(mantissa: string, exponent: number): string {
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${Math.abs(exponent).toString().padStart(2, '0')}`;
}

/**
 * A value (finite, not negative) with so many significant digits, fixed or scientific, whichever is shorter.
 * @param keepZeros keep zeros at the end
 * @param keepPoint for `str`-like output: at least one digit after the point, and scientific one digit earlier
 */
export function general(value: number, digits: number, keepZeros: boolean, keepPoint = false): string {
  const wanted = Math.max(1, digits);
  const { text, exponent } = significant(value, wanted);
  if (exponent < -4 || exponent >= wanted - (keepPoint ? 1 : 0)) {
    const mantissa = wanted === 1 ? text : `${text[0]}.${text.slice(1)}`;
    return withExponent(keepZeros ? mantissa : withoutZeros(mantissa), exponent);
  }
  const plain = fixed(value, Math.max(0, wanted - 1 - exponent));
  const short = keepZeros ? plain : withoutZeros(plain);
  return keepPoint && !short.includes('.') ? `${short}.0` : short;
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
