import { fail, quoteInput, succeed, type Result } from '../../errors.js';
import { readMessage, readTensors, type DecodeOptions } from './decode-message.js';
import { isObject, readName, readParameters, unknownField, where, type JsonObject, type Place } from './form.js';
import { NAME_LENGTH_MAX, TENSORS_MAX } from './limits.js';
import type { InferRequest, RequestedOutput } from './messages.js';
import { readPlainRequest } from './plain-request.js';

/** The URL names the model; Triton's own examples repeat it in the body, where it changes nothing. */
const FIELDS: ReadonlySet<string> = new Set(['id', 'parameters', 'inputs', 'outputs', 'model_name', 'model_version']);
const OUTPUT_FIELDS: ReadonlySet<string> = new Set(['name', 'parameters']);
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;

/**
 * Decodes the body of an inference request, JSON or with binary tensors: every value is checked against its datatype and nothing is coerced.
 * What the model takes is not looked at. Never throws. Tensors may share memory with the body and with each other.
 */
export function decodeInferRequest(body: Buffer, options: DecodeOptions): Result<InferRequest> {
  const plain = mayBePlain(options) ? readPlainRequest(body) : undefined;
  return plain === undefined ? decodeAny(body, options) : succeed(plain);
}

/** A client that writes otherwise does so again: after a request that is not plain, so many are not tried. */
const REQUESTS_NOT_TRIED = 15;

/** `decodeInferRequest` for the many requests of one route: where they are not plain, trying each would cost for nothing. */
export function createRequestDecoder(readPlain = readPlainRequest): typeof decodeInferRequest {
  let notTried = REQUESTS_NOT_TRIED;
  return (body, options) => {
    if (!mayBePlain(options)) return decodeAny(body, options);
    if (notTried < REQUESTS_NOT_TRIED) {
      notTried++;
      return decodeAny(body, options);
    }
    const plain = readPlain(body);
    if (plain !== undefined) return succeed(plain);
    notTried = 0;
    return decodeAny(body, options);
  };
}

const mayBePlain = ({ headerLength, elementsMax }: DecodeOptions): boolean => headerLength === undefined && elementsMax === undefined;

/** Decodes a request of any form, and says what is wrong with one that has none. */
export function decodeAny(body: Buffer, options: DecodeOptions): Result<InferRequest> {
  const message = readMessage(body, options);
  if (!message.ok) return message;
  const { form } = message.value;
  const strict = options.acceptUnknownFields !== true;
  const field = strict ? unknownField(form, FIELDS) : undefined;
  if (field !== undefined) return fail('unknown_field', `the body has an unknown field ${quoteInput(field)}`);
  const id = readId(form['id']);
  if (!id.ok) return id;
  const parameters = readParameters(form['parameters'], undefined);
  if (!parameters.ok) return parameters;
  const binaryOutputs = readFlag(parameters.value, 'binary_data_output', false, undefined);
  if (!binaryOutputs.ok) return binaryOutputs;
  const outputs = readRequestedOutputs(form['outputs'], binaryOutputs.value, strict);
  if (!outputs.ok) return outputs;
  const inputs = readTensors(message.value, 'inputs', options, strict);
  if (!inputs.ok) return inputs;
  if (inputs.value.length === 0) return fail('missing_input', 'inputs must have a tensor');
  return succeed({ id: id.value, inputs: inputs.value, outputs: outputs.value, binaryOutputs: binaryOutputs.value });
}

/** An id stands in logs and joins ground truth: well-formed text without control characters. An empty one counts as none. */
function readId(id: unknown): Result<string | undefined> {
  if (id === undefined || id === null || id === '') return succeed(undefined);
  if (typeof id !== 'string') return fail('invalid_form', 'id must be text');
  if (id.length > NAME_LENGTH_MAX) return fail('invalid_form', `id may have ${NAME_LENGTH_MAX} characters`);
  if (CONTROL_CHARACTER.test(id) || !id.isWellFormed())
    return fail('invalid_value', 'id must be well-formed text without control characters');
  return succeed(id);
}

function readRequestedOutputs(forms: unknown, binaryOutputs: boolean, strict: boolean): Result<readonly RequestedOutput[] | undefined> {
  if (forms === undefined || forms === null) return succeed(undefined);
  if (!Array.isArray(forms)) return fail('invalid_form', 'outputs must be an array');
  if (forms.length === 0) return succeed(undefined);
  if (forms.length > TENSORS_MAX) return fail('too_many_elements', `outputs may name ${TENSORS_MAX} tensors`);
  const outputs: RequestedOutput[] = [];
  const names = new Set<string>();
  for (let i = 0; i < forms.length; i++) {
    const output = readRequestedOutput(forms[i], { list: 'outputs', index: i }, binaryOutputs, strict);
    if (!output.ok) return output;
    // Naming one output many times would multiply the answer.
    if (names.has(output.value.name)) return fail('invalid_form', `outputs[${i}] has the name of another`);
    names.add(output.value.name);
    outputs.push(output.value);
  }
  return succeed(outputs);
}

function readRequestedOutput(form: unknown, place: Place, binaryOutputs: boolean, strict: boolean): Result<RequestedOutput> {
  if (!isObject(form)) return fail('invalid_form', `${where(place)} must be an object`);
  const field = strict ? unknownField(form, OUTPUT_FIELDS) : undefined;
  if (field !== undefined) return fail('unknown_field', `${where(place)} has an unknown field ${quoteInput(field)}`);
  const name = readName(form['name'], place);
  if (!name.ok) return name;
  const parameters = readParameters(form['parameters'], place);
  if (!parameters.ok) return parameters;
  const binary = readFlag(parameters.value, 'binary_data', binaryOutputs, place);
  return binary.ok ? succeed({ name: name.value, binary: binary.value }) : binary;
}

function readFlag(parameters: JsonObject | undefined, flag: string, absent: boolean, place: Place | undefined): Result<boolean> {
  const value = parameters?.[flag];
  if (value === undefined || value === null) return succeed(absent);
  if (typeof value === 'boolean') return succeed(value);
  return fail('invalid_form', `${place === undefined ? '' : `${where(place)}.`}parameters.${flag} must be true or false`);
}
