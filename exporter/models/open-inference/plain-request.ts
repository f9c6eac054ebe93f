import { allocate } from './allocate.js';
import { NAME_LENGTH_MAX } from './limits.js';
import type { InferRequest } from './messages.js';
import type { Tensor, TensorData } from './tensor.js';

/** Longer bodies are for the decoder of everything, and so bounded by its limits. */
const BODY_BYTES_MAX = 65_536;
const TENSORS_MAX = 32;
const DIMENSIONS_MAX = 8;
/** A whole number of so many digits is exact as a double, and so is a power of ten as great: their quotient is the double nearest to the decimal. */
const DIGITS_MAX = 15;
const POWERS = Array.from({ length: DIGITS_MAX + 1 }, (_, exponent) => Number(`1e${exponent}`));

const [QUOTE, COMMA, MINUS, DOT, ZERO, NINE, COLON, BACKSLASH] = [0x22, 0x2c, 0x2d, 0x2e, 0x30, 0x39, 0x3a, 0x5c];
const [LIST, LIST_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];

const word = (text: string): Uint8Array => Buffer.from(`"${text}"`);
const [ID, INPUTS, NAME, DATATYPE, SHAPE, DATA] = ['id', 'inputs', 'name', 'datatype', 'shape', 'data'].map(word) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
type PlainDatatype = 'FP32' | 'FP64' | 'INT32' | 'INT64';
const DATATYPES = (['FP32', 'FP64', 'INT64', 'INT32'] as const).map((datatype) => ({ datatype, text: word(datatype) }));

/**
 * Reads a request of the commonest shape straight from its bytes: an `id` and `inputs` of one list of plain numbers each, in ASCII without escapes,
 * `data` behind `datatype` and `shape`. Undefined for anything else, valid or not: the decoder of everything judges that, and this one never
 * says otherwise than it. Cost: a third of that of the other.
 */
export function readPlainRequest(body: Buffer): InferRequest | undefined {
  return body.length > BODY_BYTES_MAX ? undefined : new PlainReader(body).request();
}

/** Goes through the bytes once. A method that finds something else than it can read says so by undefined or false. */
class PlainReader {
  private readonly bytes: Buffer;
  private at = 0;
  /** The number taken last: its digits as a whole number, how many of them stand behind the point, and whether a minus stands before. */
  private digits = 0;
  private decimals = 0;
  private isNegative = false;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  request(): InferRequest | undefined {
    let id: string | undefined;
    let inputs: Tensor[] | undefined;
    if (!this.takes(OBJECT)) return undefined;
    do {
      if (id === undefined && this.takesKey(ID)) {
        if ((id = this.text()) === undefined) return undefined;
      } else if (inputs === undefined && this.takesKey(INPUTS)) {
        if ((inputs = this.tensors()) === undefined) return undefined;
      } else return undefined;
    } while (this.takes(COMMA));
    if (inputs === undefined || !this.takes(OBJECT_END)) return undefined;
    return this.next() === undefined ? { id, inputs, outputs: undefined, binaryOutputs: false } : undefined;
  }

  private tensors(): Tensor[] | undefined {
    const tensors: Tensor[] = [];
    if (!this.takes(LIST)) return undefined;
    do {
      const tensor = this.tensor();
      if (tensor === undefined || tensors.length === TENSORS_MAX) return undefined;
      for (const { name } of tensors) if (name === tensor.name) return undefined;
      tensors.push(tensor);
    } while (this.takes(COMMA));
    return this.takes(LIST_END) ? tensors : undefined;
  }

  private tensor(): Tensor | undefined {
    let name: string | undefined;
    let datatype: PlainDatatype | undefined;
    let shape: number[] | undefined;
    let data: TensorData | undefined;
    if (!this.takes(OBJECT)) return undefined;
    do {
      if (name === undefined && this.takesKey(NAME)) {
        if ((name = this.text()) === undefined) return undefined;
      } else if (datatype === undefined && this.takesKey(DATATYPE)) {
        if ((datatype = this.datatype()) === undefined) return undefined;
      } else if (shape === undefined && this.takesKey(SHAPE)) {
        if ((shape = this.shape()) === undefined) return undefined;
      } else if (data === undefined && datatype !== undefined && shape !== undefined && this.takesKey(DATA)) {
        if ((data = this.data(datatype, shape)) === undefined) return undefined;
      } else return undefined;
    } while (this.takes(COMMA));
    if (name === undefined || datatype === undefined || shape === undefined || data === undefined) return undefined;
    return this.takes(OBJECT_END) ? { name, datatype, shape, data } : undefined;
  }

  private datatype(): PlainDatatype | undefined {
    for (const { datatype, text } of DATATYPES) if (this.takesWord(text)) return datatype;
    return undefined;
  }

  private shape(): number[] | undefined {
    const shape: number[] = [];
    if (!this.takes(LIST)) return undefined;
    do {
      if (!this.takesNumber(true) || this.isNegative || shape.length === DIMENSIONS_MAX) return undefined;
      shape.push(this.digits);
    } while (this.takes(COMMA));
    return this.takes(LIST_END) ? shape : undefined;
  }

  private data(datatype: PlainDatatype, shape: readonly number[]): TensorData | undefined {
    let count = 1;
    for (const dimension of shape) count *= dimension;
    // A number takes two bytes at least: no shape asks for more memory than the body could fill.
    if (count === 0 || count > this.bytes.length / 2 || !this.takes(LIST)) return undefined;
    const data = allocate(datatype, count);
    const isWhole = datatype === 'INT32' || datatype === 'INT64';
    for (let i = 0; i < count; i++) {
      if ((i > 0 && !this.takes(COMMA)) || !this.takesNumber(isWhole)) return undefined;
      const value = this.digits / POWERS[this.decimals]!;
      const signed = this.isNegative ? -value : value;
      if (datatype === 'INT64') (data as BigInt64Array)[i] = BigInt(signed);
      else if (datatype === 'INT32' && signed !== (signed | 0)) return undefined;
      else (data as Float64Array)[i] = signed;
    }
    return this.takes(LIST_END) ? data : undefined;
  }

  /**
   * Takes a decimal without an exponent, of at most 15 digits, into `digits`, `decimals` and `isNegative`: a number that is returned would be an
   * object on the heap.
   */
  private takesNumber(isWhole: boolean): boolean {
    this.isNegative = this.next() === MINUS;
    const { bytes } = this;
    let at = this.isNegative ? this.at + 1 : this.at;
    const start = at;
    let digits = 0;
    let byte = bytes[at]!;
    for (; byte >= ZERO && byte <= NINE; byte = bytes[++at]!) digits = digits * 10 + (byte - ZERO);
    let length = at - start;
    if (length === 0 || (length > 1 && bytes[start] === ZERO)) return false;
    let decimals = 0;
    if (byte === DOT) {
      if (isWhole) return false;
      const first = ++at;
      for (byte = bytes[at]!; byte >= ZERO && byte <= NINE; byte = bytes[++at]!) digits = digits * 10 + (byte - ZERO);
      decimals = at - first;
      if (decimals === 0) return false;
      length += decimals;
    }
    // What stands behind a number, an exponent for one, is for the caller to find.
    if (length > DIGITS_MAX) return false;
    this.at = at;
    this.digits = digits;
    this.decimals = decimals;
    return true;
  }

  /** A text of 1 to 256 printable characters of ASCII without an escape. */
  private text(): string | undefined {
    if (!this.takes(QUOTE)) return undefined;
    const start = this.at;
    let at = start;
    for (let byte = this.bytes[at]!; byte !== QUOTE; byte = this.bytes[++at]!) {
      // Behind the last byte stands undefined, which is neither.
      if (!(byte >= 0x20 && byte <= 0x7e) || byte === BACKSLASH) return undefined;
    }
    if (at === start || at - start > NAME_LENGTH_MAX) return undefined;
    this.at = at + 1;
    return this.bytes.toString('latin1', start, at);
  }

  /** Takes a key with its colon or nothing: a key without one must not be passed over to the next. */
  private takesKey(key: Uint8Array): boolean {
    const start = this.at;
    if (this.takesWord(key) && this.takes(COLON)) return true;
    this.at = start;
    return false;
  }

  private takesWord(text: Uint8Array): boolean {
    if (this.next() !== QUOTE) return false;
    const { bytes, at } = this;
    for (let i = 1; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
    this.at = at + text.length;
    return true;
  }

  private takes(byte: number): boolean {
    if (this.next() !== byte) return false;
    this.at++;
    return true;
  }

  /** The byte behind white space; undefined at the end. */
  private next(): number | undefined {
    const { bytes } = this;
    let byte = bytes[this.at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++this.at];
    return byte;
  }
}
