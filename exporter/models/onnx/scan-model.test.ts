import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scanModel } from './scan-model.js';

const modelBytes = (name: string) => readFileSync(new URL(`../testdata/${name}.onnx`, import.meta.url));
const codeOf = (bytes: Uint8Array) => {
  const result = scanModel(bytes);
  return result.ok ? 'sound' : result.error.code;
};

/** A varint, padded to so many bytes as protobuf allows. */
function varint(value: number, bytes = 1): number[] {
  const encoded: number[] = [];
  for (let rest = value; encoded.length < bytes || rest > 0; rest = Math.floor(rest / 128)) encoded.push((rest % 128) | 0x80);
  encoded[encoded.length - 1]! &= 0x7f;
  return encoded;
}
const bytesField = (number: number, content: readonly number[]) => [...varint(number * 8 + 2), ...varint(content.length), ...content];
/** Wraps content in the fields of a path, the outermost first. */
const nest = (path: readonly number[], content: readonly number[]): Uint8Array =>
  Uint8Array.from(path.reduceRight<readonly number[]>((inner, number) => bytesField(number, inner), content));

const EXTERNAL = [14 * 8, 1];

describe('scanModel', () => {
  it.each(['identity-fp32', 'gradient-boosting-30', 'hang', 'custom-op'])('passes %s', (name) => {
    expect(codeOf(modelBytes(name))).toBe('sound');
  });

  it.each([
    { place: 'an initializer', path: [7, 5] },
    { place: 'the values of a sparse initializer', path: [7, 15, 1] },
    { place: 'the indices of a sparse initializer', path: [7, 15, 2] },
    { place: 'an attribute', path: [7, 1, 5, 5] },
    { place: 'a list of tensors in an attribute', path: [7, 1, 5, 10] },
    { place: 'a sparse tensor in an attribute', path: [7, 1, 5, 22, 1] },
    { place: 'a list of sparse tensors in an attribute', path: [7, 1, 5, 23, 2] },
    { place: 'a subgraph', path: [7, 1, 5, 6, 5] },
    { place: 'a list of subgraphs', path: [7, 1, 5, 11, 1, 5, 6, 15, 1] },
    { place: 'a function', path: [25, 7, 5, 5] },
    { place: "a function's default attribute", path: [25, 11, 5] },
    { place: 'training', path: [20, 1, 5] },
    { place: 'the algorithm of training', path: [20, 2, 1, 5, 6, 5] },
  ])('finds external data in $place', ({ path }) => {
    expect(codeOf(nest(path, EXTERNAL))).toBe('model_external_data');
  });

  it.each([
    { spelling: 'a list of where, without a location', content: bytesField(13, bytesField(1, [0x6c])) },
    { spelling: 'a number in more bytes than it needs', content: [14 * 8, ...varint(1, 10)] },
    { spelling: 'a number that is 1 in its lowest 32 bits', content: [14 * 8, ...varint(2 ** 32 + 1)] },
    { spelling: 'a number beyond 2^53', content: [14 * 8, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1] },
    { spelling: 'a tag in more bytes than it needs', content: [...varint(14 * 8, 5), 1] },
    { spelling: 'said after it was denied', content: [14 * 8, 0, ...EXTERNAL] },
    { spelling: 'denied after it was said', content: [...EXTERNAL, 14 * 8, 0] },
  ])('finds external data spelt as $spelling', ({ content }) => {
    expect(codeOf(nest([7, 5], content))).toBe('model_external_data');
  });

  it('reads a second graph as well: protobuf would merge the two', () => {
    expect(codeOf(Uint8Array.from([...bytesField(7, []), ...bytesField(7, bytesField(5, EXTERNAL))]))).toBe('model_external_data');
  });

  it('passes a tensor that says its data is inside', () => {
    expect(codeOf(nest([7, 5], [14 * 8, 0]))).toBe('sound');
  });

  it('refuses nesting that would exhaust a parser, and passes what models have', () => {
    const nested = (depth: number) => nest([7, ...Array.from({ length: depth }, () => [1, 5, 6]).flat()], []);
    expect(codeOf(nested(20))).toBe('sound');
    expect(codeOf(nested(40))).toBe('model_unsupported');
  });

  it.each([
    { fault: 'nothing', bytes: [] },
    { fault: 'no graph', bytes: [8, 9] },
    { fault: 'a length beyond the end', bytes: [7 * 8 + 2, 2, 0] },
    { fault: 'a tag without a value', bytes: [8] },
    { fault: 'field number 0', bytes: [0, 0] },
    { fault: 'a group', bytes: [7 * 8 + 3, 7 * 8 + 4] },
    { fault: 'a varint of eleven bytes', bytes: [8, ...varint(1, 11)] },
  ])('refuses $fault as no ONNX model', ({ bytes }) => {
    expect(codeOf(Uint8Array.from(bytes))).toBe('model_not_onnx');
  });

  it('gives a verdict on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => typeof codeOf(bytes) === 'string'));
    const whole = modelBytes('identity-fp32');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), fc.nat(255), (at, byte) => {
        const changed = Uint8Array.from(whole);
        changed[at] = byte;
        expect(['sound', 'model_not_onnx', 'model_external_data', 'model_unsupported']).toContain(codeOf(changed));
      }),
    );
  });
});
