/** The datatypes of the Open Inference Protocol, version 2. */
export type Datatype =
  'BOOL' | 'UINT8' | 'UINT16' | 'UINT32' | 'UINT64' | 'INT8' | 'INT16' | 'INT32' | 'INT64' | 'FP16' | 'FP32' | 'FP64' | 'BYTES';

/** Values in row-major order. BOOL is 0 or 1 a byte; FP16 is its 16 bits; BYTES are text. */
export type TensorData =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | string[];

export interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

type NumericDatatype = Exclude<Datatype, 'BYTES'>;
type TypedArrayConstructor = {
  new (length: number): Exclude<TensorData, string[]>;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Exclude<TensorData, string[]>;
};

interface DatatypeRow {
  readonly bytes: number;
  readonly array: TypedArrayConstructor;
  readonly kind: 'boolean' | 'integer' | 'big' | 'float';
  readonly min: number | bigint;
  readonly max: number | bigint;
}

const integer = (array: unknown, bytes: number, min: number, max: number): DatatypeRow => ({
  array: array as TypedArrayConstructor,
  bytes,
  kind: 'integer',
  min,
  max,
});

/** What each fixed-size datatype is made of. FP16's greatest value is what rounds to a finite half: below 65520. */
export const DATATYPES: Readonly<Record<NumericDatatype, DatatypeRow>> = {
  BOOL: { array: Uint8Array as unknown as TypedArrayConstructor, bytes: 1, kind: 'boolean', min: 0, max: 1 },
  UINT8: integer(Uint8Array, 1, 0, 255),
  UINT16: integer(Uint16Array, 2, 0, 65_535),
  UINT32: integer(Uint32Array, 4, 0, 4_294_967_295),
  UINT64: { array: BigUint64Array as unknown as TypedArrayConstructor, bytes: 8, kind: 'big', min: 0n, max: 2n ** 64n - 1n },
  INT8: integer(Int8Array, 1, -128, 127),
  INT16: integer(Int16Array, 2, -32_768, 32_767),
  INT32: integer(Int32Array, 4, -2_147_483_648, 2_147_483_647),
  INT64: { array: BigInt64Array as unknown as TypedArrayConstructor, bytes: 8, kind: 'big', min: -(2n ** 63n), max: 2n ** 63n - 1n },
  FP16: {
    array: Uint16Array as unknown as TypedArrayConstructor,
    bytes: 2,
    kind: 'float',
    min: -65_519.99999999999,
    max: 65_519.99999999999,
  },
  FP32: {
    array: Float32Array as unknown as TypedArrayConstructor,
    bytes: 4,
    kind: 'float',
    min: -3.4028235677973362e38,
    max: 3.4028235677973362e38,
  },
  FP64: { array: Float64Array as unknown as TypedArrayConstructor, bytes: 8, kind: 'float', min: -Number.MAX_VALUE, max: Number.MAX_VALUE },
};

export function isDatatype(text: unknown): text is Datatype {
  return typeof text === 'string' && (text === 'BYTES' || Object.hasOwn(DATATYPES, text));
}

/** Number of elements of a shape, or undefined where it is not a number of elements that could be held. The product is taken in BigInt. */
export function elementCount(shape: readonly number[]): number | undefined {
  if (shape.length === 1) return shape[0];
  if (shape.length === 2) {
    const product = shape[0]! * shape[1]!;
    if (product <= 4_294_967_295) return product;
  }
  let count = 1n;
  for (const dimension of shape) count *= BigInt(dimension);
  return count <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(count) : undefined;
}
