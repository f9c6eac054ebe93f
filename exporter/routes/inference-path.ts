import { NAME_PATTERN } from '@modelwatch/core';

/** What an inference URL asks for. */
export interface InferencePath {
  readonly model: string;
  readonly version: string | undefined;
  readonly action: 'infer' | 'metadata' | 'ready';
}

const PREFIX = '/v2/models/';
const NAME = new RegExp(NAME_PATTERN);
const ACTIONS: Readonly<Record<string, InferencePath['action']>> = { infer: 'infer', ready: 'ready' };

/**
 * Reads `/v2/models/{model}[/versions/{version}][/infer|/ready]`, or undefined for anything else. Names hold no character that URLs quote,
 * so a path with `%`, `\`, `//` or dot segments is no inference path: there is one spelling for each, and nothing to decode.
 */
export function parseInferencePath(path: string): InferencePath | undefined {
  if (!path.startsWith(PREFIX)) return undefined;
  const segments = path.slice(PREFIX.length).split('/');
  const model = segments[0]!;
  if (!NAME.test(model)) return undefined;
  let at = 1;
  let version: string | undefined;
  if (segments[at] === 'versions') {
    version = segments[at + 1];
    if (version === undefined || !NAME.test(version)) return undefined;
    at += 2;
  }
  if (segments.length === at) return { model, version, action: 'metadata' };
  const action = Object.hasOwn(ACTIONS, segments[at]!) ? ACTIONS[segments[at]!] : undefined;
  return action === undefined || segments.length !== at + 1 ? undefined : { model, version, action };
}

/** Paths remembered: one that is known costs a look-up instead of taking it apart. Made-up names may fill it, which costs them their own time. */
const PATHS_MAX = 1024;

/** As `parseInferencePath`, with the paths of inference remembered. */
export function createInferencePathReader(): (path: string) => InferencePath | undefined {
  const known = new Map<string, InferencePath>();
  let last = '';
  let lastRead: InferencePath | undefined;
  return (path) => {
    // Most often the one before: comparing costs less than the hash of a text that is new with each request.
    if (path === last) return lastRead;
    let read = known.get(path);
    if (read === undefined) {
      read = parseInferencePath(path);
      if (read?.action === 'infer' && known.size < PATHS_MAX) known.set(path, read);
    }
    last = path;
    lastRead = read;
    return read;
  };
}
