import { fail, succeed, type Result } from '../../errors.js';
import { isObject, type JsonObject } from './form.js';
import { parseJsonText } from './json-text.js';
import { ELEMENTS_MAX, TENSORS_MAX } from './limits.js';
import { readTensor, type TensorSource } from './read-tensor.js';
import type { Tensor } from './tensor.js';

export interface DecodeOptions {
  /** Bytes of the JSON part, by `parseHeaderLength`; undefined where the whole body is JSON. */
  readonly headerLength: number | undefined;
  /** Elements of all tensors together. */
  readonly elementsMax?: number;
  /**
   * Takes the tokens NaN and Infinity, and numbers too great for a float as infinities, as Triton and its client write and read them. For
   * watching what another server accepts; what this one serves is JSON.
   */
  readonly acceptNonFinite?: boolean;
  /** Leaves aside fields that the protocol does not name, as other servers do: for watching, too. */
  readonly acceptUnknownFields?: boolean;
}

export interface Message {
  readonly form: JsonObject;
  readonly text: string;
  readonly binary: Buffer | undefined;
}

/** Splits a body into its JSON part, parsed, and its binary part. */
export function readMessage(body: Buffer, options: DecodeOptions): Result<Message> {
  const { headerLength } = options;
  if (headerLength !== undefined && headerLength > body.length) return fail('bad_binary_size', 'the body ends inside its JSON part');
  const json = parseJsonText(headerLength === undefined ? body : body.subarray(0, headerLength), options.acceptNonFinite === true);
  if (!json.ok) return json;
  const { text, value } = json.value;
  if (!isObject(value)) return fail('invalid_form', 'the body must be a JSON object');
  return succeed({ form: value, text, binary: headerLength === undefined ? undefined : body.subarray(headerLength) });
}

/** Reads the list of tensors of a message, each name once, and sees that they use up its binary part. */
export function readTensors(
  message: Message,
  list: 'inputs' | 'outputs',
  options: DecodeOptions,
  strict: boolean,
): Result<readonly Tensor[]> {
  const forms = message.form[list];
  if (!Array.isArray(forms)) {
    return forms === undefined
      ? fail('missing_field', `the body lacks the field "${list}"`)
      : fail('invalid_form', `${list} must be an array`);
  }
  if (forms.length > TENSORS_MAX) return fail('too_many_elements', `${list} may have ${TENSORS_MAX} tensors`);
  const source: TensorSource = {
    list,
    index: 0,
    text: message.text,
    strict,
    acceptNonFinite: options.acceptNonFinite === true,
    binary: message.binary,
    binaryAt: 0,
    elementsLeft: options.elementsMax ?? ELEMENTS_MAX,
  };
  const tensors = new Array<Tensor>(forms.length);
  const names = forms.length > 1 ? new Set<string>() : undefined;
  for (let i = 0; i < forms.length; i++) {
    source.index = i;
    const tensor = readTensor(forms[i], source);
    if (!tensor.ok) return tensor;
    const { name } = tensor.value;
    if (names?.has(name) === true) {
      return fail(list === 'inputs' ? 'duplicate_input' : 'invalid_form', `${list}[${i}] has the name of another`);
    }
    names?.add(name);
    tensors[i] = tensor.value;
  }
  if (message.binary !== undefined && source.binaryAt !== message.binary.length) {
    return fail('bad_binary_size', `the body has ${message.binary.length} bytes after its JSON part, ${list} take ${source.binaryAt}`);
  }
  return succeed(tensors);
}
