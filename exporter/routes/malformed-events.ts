/** Events to ingest, good ones and the table of those that no route takes: tests run them. */
import type { ErrorCode } from '../errors.js';

/** Headers of a request, by name. */
export type RequestHeaders = Readonly<Record<string, string>>;

export const json = (value: unknown) => JSON.stringify(value);
export const prediction = (part: object = {}) => ({
  model: 'flights',
  id: 'a',
  time: 1_699_999_000,
  features: { age: 40, city: 'Rome' },
  output: 0.7,
  ...part,
});
export const truth = (part: object = {}) => ({ model: 'flights', id: 'a', value: 1, time: '2023-11-14T22:13:20Z', ...part });
export const without = (value: object, field: string) => Object.fromEntries(Object.entries(value).filter(([name]) => name !== field));
export const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
export const ndjson = { 'content-type': 'application/x-ndjson' };

export const ce = (part: RequestHeaders = {}) => ({
  'ce-specversion': '1.0',
  'ce-id': 'k1',
  'ce-type': 'org.kubeflow.serving.inference.request',
  'ce-source': 'http://localhost:9081/',
  'ce-inferenceservicename': 'flights',
  'ce-namespace': 'default',
  'ce-component': 'predictor',
  'ce-endpoint': 'default',
  'ce-time': '2023-11-14T22:13:20.435513493Z',
  'content-type': 'application/json',
  ...part,
});
export const ofResponse = { 'ce-type': 'org.kubeflow.serving.inference.response' };

export type Case = readonly [what: string, code: ErrorCode, body: string | Buffer, headers?: RequestHeaders];
export const type = (contentType: string) => ({ 'content-type': contentType });

const anyForm = (good: (part?: object) => object): readonly Case[] => [
  ['no Content-Type', 'bad_content_type', json(good()), {}],
  ['a form', 'bad_content_type', 'model=a', type('application/x-www-form-urlencoded')],
  ['plain text', 'bad_content_type', json(good()), type('text/plain')],
  ['another charset', 'bad_content_type', json(good()), type('application/json; charset=utf-16')],
  ['latin-1', 'bad_content_type', json(good()), type('application/json;charset="ISO-8859-1"')],
  ['an unknown encoding', 'unsupported_encoding', json(good()), { ...type('application/json'), 'content-encoding': 'zstd' }],
  ['an empty body', 'invalid_json', ''],
  ['an empty array', 'invalid_form', '[]'],
  ['empty lines', 'invalid_form', '\n\n', ndjson],
  ['broken UTF-8', 'invalid_utf8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
  ['UTF-16', 'invalid_utf8', Buffer.from(`\ufeff${json(good())}`, 'utf16le')],
  ['an overlong sequence', 'invalid_utf8', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ['half of JSON', 'invalid_json', json(good()).slice(0, -3)],
  ['NaN', 'invalid_json', json(good({ time: 5 })).replace('5', 'NaN')],
  ['single quotes', 'invalid_json', "{'model': 'flights'}"],
  ['a trailing comma', 'invalid_json', json([good()]).replace(']', ',]')],
  ['two documents', 'invalid_json', `${json(good())}${json(good())}`],
  ['a bad second line', 'invalid_json', `${json(good())}\n{`, ndjson],
  ['nesting', 'too_deep', nested(33)],
  ['much nesting', 'too_deep', nested(400_000)],
  ['nesting that is never closed', 'too_deep', '['.repeat(1_000_000)],
  ['a body too large', 'body_too_large', Buffer.alloc(2_000_001, 0x20)],
  ['too many events', 'too_many_events', `[${new Array(10_001).fill('0').join(',')}]`],
  ['too many lines', 'too_many_events', '0\n'.repeat(10_001), ndjson],
  ['null', 'invalid_form', 'null'],
  ['a number', 'invalid_form', '1'],
  ['text', 'invalid_form', '"flights"'],
  ['an array in the array', 'invalid_form', json([[good()]])],
  ['a second event that is none', 'invalid_form', json([good(), 7])],
  ['an unknown field', 'unknown_field', json(good({ weight: 1 }))],
  ['__proto__', 'unknown_field', json(good({ x: 1 })).replace('"x"', '"__proto__"')],
  ['constructor', 'unknown_field', json(good({ constructor: {} }))],
  ['no model', 'missing_field', json(without(good(), 'model'))],
  ['no id', 'missing_field', json(without(good(), 'id'))],
  ['an unknown model', 'model_not_found', json(good({ model: 'other' }))],
  ['a model named __proto__', 'invalid_form', json(good({ model: '__proto__' }))],
  ['a model that is a path', 'invalid_form', json(good({ model: '../flights' }))],
  ['a model that is a list', 'invalid_form', json(good({ model: ['flights'] }))],
  ['an empty id', 'invalid_form', json(good({ id: '' }))],
  ['a number as id', 'invalid_form', json(good({ id: 7 }))],
  ['an id of 257 characters', 'invalid_form', json(good({ id: 'x'.repeat(257) }))],
  ['an id with NUL', 'invalid_form', json(good({ id: 'a\0b' }))],
  ['an id with a line break', 'invalid_form', json(good({ id: 'a\nb' }))],
  ['an id with half a character', 'invalid_value', json(good({ id: 'a\ud800' }))],
  ['a time that is no date', 'invalid_form', json(good({ time: 'yesterday' }))],
  ['a time without a zone', 'invalid_form', json(good({ time: '2023-11-14T22:13:20' }))],
  ['the 30th of February', 'invalid_form', json(good({ time: '2023-02-30T00:00:00Z' }))],
  ['a time before 1970', 'invalid_value', json(good({ time: '1969-01-01T00:00:00Z' }))],
  ['a negative time', 'value_out_of_range', json(good({ time: -1 }))],
  ['a time in milliseconds', 'value_out_of_range', json(good({ time: 1_700_000_000_000 }))],
  ['an infinite time', 'invalid_form', json(good({ time: 5 })).replace('5', '1e999')],
];

export const ofPredictions: readonly Case[] = [
  ...anyForm(prediction),
  ['no output', 'missing_field', json(without(prediction(), 'output'))],
  ['an output as text', 'invalid_form', json(prediction({ output: '0.7' }))],
  ['an output as a list', 'invalid_form', json(prediction({ output: [0.7] }))],
  ['an infinite output', 'invalid_form', json(prediction({ output: 7 })).replace('7}', '1e400}')],
  ['an unknown version', 'version_not_found', json(prediction({ version: '2' }))],
  ['a version that is a number', 'invalid_form', json(prediction({ version: 1 }))],
  ['features as a list', 'invalid_form', json(prediction({ features: [40] }))],
  ['an unknown feature', 'unknown_field', json(prediction({ features: { agee: 40 } }))],
  ['a feature named __proto__', 'unknown_field', json(prediction({ features: { x: 1 } })).replace('"x"', '"__proto__"')],
  ['a nested feature', 'invalid_form', json(prediction({ features: { age: { years: 40 } } }))],
  ['text for a number', 'datatype_mismatch', json(prediction({ features: { age: '40' } }))],
  ['true for a number', 'datatype_mismatch', json(prediction({ features: { age: true } }))],
  ['an infinite feature', 'invalid_form', json(prediction({ features: { age: 7 } })).replace(':7}', ':1e999}')],
  ['a feature of megabytes', 'invalid_form', json(prediction({ features: { city: 'x'.repeat(1_000_000) } }))],
  ['an unknown slice', 'unknown_field', json(prediction({ slices: { region: 'x' } }))],
  ['slices as text', 'invalid_form', json(prediction({ slices: 'x' }))],
  ['a good event and a bad one', 'missing_field', json([prediction({ id: 'never' }), without(prediction(), 'output')])],
];

export const ofTruths: readonly Case[] = [
  ...anyForm(truth),
  ['no value', 'missing_field', json(without(truth(), 'value'))],
  ['null as value', 'invalid_form', json(truth({ value: null }))],
  ['text as value', 'invalid_form', json(truth({ value: '1' }))],
  ['2 for a class', 'invalid_value', json(truth({ value: 2 }))],
  ['0.5 for a class', 'invalid_value', json(truth({ value: 0.5 }))],
  ['true for a number', 'invalid_value', json(truth({ model: 'prices', value: true }))],
  ['an infinite value', 'invalid_form', json(truth({ model: 'prices', value: 8 })).replace(':8', ':-1e999')],
  ['a good item and a bad one', 'invalid_value', json([truth({ id: 'never' }), truth({ value: 2 })])],
];

export const ofCloudEvents: readonly Case[] = [
  ['no attributes', 'missing_field', '{}', type('application/json')],
  ['structured mode', 'bad_content_type', json({ specversion: '1.0' }), type('application/cloudevents+json')],
  ['a batch', 'bad_content_type', '[]', type('application/cloudevents-batch+json')],
  ['an old spec', 'invalid_form', '{}', ce({ 'ce-specversion': '0.3' })],
  ['no id', 'missing_field', '{}', without(ce(), 'ce-id') as RequestHeaders],
  ['an empty id', 'invalid_form', '{}', ce({ 'ce-id': '' })],
  ['a long id', 'invalid_form', '{}', ce({ 'ce-id': 'x'.repeat(257) })],
  ['another type', 'invalid_form', '{}', ce({ 'ce-type': 'com.example.other' })],
  ['a type named constructor', 'invalid_form', '{}', ce({ 'ce-type': 'constructor' })],
  ['no source', 'missing_field', '{}', without(ce(), 'ce-source') as RequestHeaders],
  ['no service', 'missing_field', '{}', without(ce(), 'ce-inferenceservicename') as RequestHeaders],
  ['an unknown service', 'model_not_found', '{}', ce({ 'ce-inferenceservicename': 'other' })],
  ['a bad time', 'invalid_form', '{}', ce({ 'ce-time': 'now' })],
  ['an empty body', 'invalid_json', '', ce()],
  ['long attributes', 'bad_request', '{}', ce({ 'ce-metadata': 'x'.repeat(9000) })],
  ['a body too large', 'body_too_large', Buffer.alloc(2_000_001, 0x20), ce()],
];
