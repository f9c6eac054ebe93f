const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * The 16 bits of the half-precision number nearest to `value`, ties to even. NaN keeps its sign and becomes quiet; beyond 65519.99 it is an
 * infinity. Rounds once, from double precision. Source: IEEE 754-2019, binary16.
 */
export function toHalfBits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65_520) return sign | 0x7c00;
  if (magnitude < 2 ** -14) return sign | roundHalfEven(magnitude * 2 ** 24);
  const exponent = Math.floor(Math.log2(magnitude));
  // log2 may round up to the next power of two: look at the quotient, not at the logarithm.
  const scale = magnitude < 2 ** exponent ? exponent - 1 : exponent;
  // A mantissa that rounds up to 2048 carries into the exponent by itself.
  return sign | (((scale + 14) << 10) + roundHalfEven((magnitude / 2 ** scale) * 1024));
}

/** The number that 16 bits of half precision stand for. Exact. */
export function fromHalfBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0) {
    const value = mantissa * 2 ** -24;
    return sign === 0 ? value : -value;
  }
  bits[0] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (mantissa << 13);
  return float[0]!;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5 || (rest === 0.5 && floor % 2 === 0)) return floor;
  return floor + 1;
}
