import type { Baseline } from '@modelwatch/core';
import { parseBoolean, parseNumber } from '../baseline/number-token.js';
import type { Result } from '../errors.js';
import { decodeInferRequest, type Datatype, type InferRequest, type TensorMetadata } from '../models/open-inference/index.js';
import type { FeatureReader } from './feature-reader.js';

type GoldenRow = Baseline['goldenRows']['features'][number];

/**
 * A golden row as the request that a client would send for it: the features in the tensors that hold them, by the same rule by which watching
 * finds them. Columns that hold no feature are missing. Refused where a value is none of the tensor's datatype, such as a missing integer.
 */
export function goldenRequest(
  row: GoldenRow,
  inputs: readonly TensorMetadata[],
  reader: Pick<FeatureReader, 'featuresIn'>,
): Result<InferRequest> {
  const tensors = inputs.map(({ name, datatype, shape }) => {
    const features = reader.featuresIn(name, inputs.length === 1);
    const data = features.map((feature) => cellOf(row[feature] ?? null, datatype));
    return { name, datatype, shape: shape.length === 1 ? [data.length] : [1, data.length], data };
  });
  // By the decoder of requests: what it takes is what a client's request would be.
  return decodeInferRequest(Buffer.from(JSON.stringify({ inputs: tensors })), { headerLength: undefined });
}

/** A value as JSON of a datatype. Categories are text in a baseline, and may be numbers in a tensor. */
function cellOf(value: GoldenRow[number], datatype: Datatype): string | number | boolean | null {
  if (datatype === 'BYTES') return value === null ? '' : String(value);
  if (value === null) return null;
  const number = typeof value === 'number' ? value : (parseNumber(value) ?? parseBoolean(value));
  if (number === undefined) return null;
  return datatype === 'BOOL' ? number !== 0 : number;
}
