/** Digits by which every FP32 value can be told from every other. */
const DIGITS_MAX = 9;
const DIGITS_FIRST = 7;
/** Powers of ten up to here are exact as doubles, so that the quotient below is the double nearest to the decimal. */
const POWER_MAX = 22;
const INTEGERS_EXACT = 16_777_216;

const POWERS = Array.from({ length: POWER_MAX + 1 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * A finite FP32 value in few digits that give back the same FP32 value: 0.1, where the double of its bits prints as 0.10000000149011612. At
 * most 9 digits from 1e-14 to 1e22, else as the double prints. The text is JSON. Cost: one to three times printing a double.
 */
export function float32Text(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude < INTEGERS_EXACT && Number.isInteger(value)) return float64Text(value);
  const exponent = Math.floor(Math.log10(magnitude));
  for (let digits = DIGITS_FIRST; digits <= DIGITS_MAX; digits++) {
    const shift = digits - 1 - exponent;
    if (shift > POWER_MAX || shift < -POWER_MAX) break;
    const rounded =
      shift >= 0 ? Math.round(value * POWERS[shift]!) / POWERS[shift]! : Math.round(value / POWERS[-shift]!) * POWERS[-shift]!;
    if (Math.fround(rounded) === value) return `${rounded}`;
  }
  return float64Text(value);
}

/** A finite number as JSON in the fewest digits that give it back, with the sign of zero. */
export function float64Text(value: number): string {
  return Object.is(value, -0) ? '-0' : `${value}`;
}
