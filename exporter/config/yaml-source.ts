import { isAlias, isCollection, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node, ParsedNode } from 'yaml';
import { formatPath, quote } from './fault.js';
import type { Fault, LoadResult, Path } from './fault.js';

export const CONFIG_BYTES_MAX = 1_048_576;
/** Aliases may expand to this many nodes; a document that grows further is an attack or a mistake. */
const ALIASES_MAX = 100;
/** The deepest key of the schema stands at 7. */
const DEPTH_MAX = 32;

/** Which part of an entry to point at: its key, its value, or the key of the mapping that lacks it. */
export type Spot = 'key' | 'value';

/** A YAML document as plain values, and where each of them stands. */
export interface YamlSource {
  readonly value: unknown;
  faultAt(path: Path, spot: Spot, about: Pick<Fault, 'message' | 'expected' | 'didYouMean'>, shownPath?: Path): Fault;
}

type ParsedDocument = Document.Parsed<ParsedNode>;

/**
 * Reads one YAML 1.2 document. Checked in this order: length, UTF-8, syntax (with duplicate keys, several documents and unknown tags),
 * depth, aliases.
 */
export function readYaml(source: string | Uint8Array, file: string): LoadResult<YamlSource> {
  const whole = (message: string, expected: string): LoadResult<YamlSource> => ({
    ok: false,
    faults: [{ file, line: 1, column: 1, path: '', message, expected }],
  });
  const bytes = typeof source === 'string' ? Buffer.byteLength(source) : source.byteLength;
  if (bytes > CONFIG_BYTES_MAX)
    return whole(`the file has ${bytes} bytes, at most ${CONFIG_BYTES_MAX} are read`, `${CONFIG_BYTES_MAX} bytes`);
  const text = decodeUtf8(source);
  if (text === undefined) return whole('the file is not UTF-8', 'UTF-8');

  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, schema: 'core', logLevel: 'error' });
  const positioned = (offset: number, path: Path, about: Pick<Fault, 'message' | 'expected' | 'didYouMean'>): Fault => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    return { file, line: Math.max(1, line), column: Math.max(1, col), path: formatPath(path), ...about };
  };
  const syntax = [...document.errors, ...document.warnings].map((error) => positioned(error.pos[0], [], { message: syntaxMessage(error) }));
  if (syntax.length > 0) return { ok: false, faults: syntax };
  if (document.contents === null) return whole('the file is empty', 'a mapping with the key "models"');
  const structure = structureFault(document);
  if (structure !== undefined) return { ok: false, faults: [positioned(structure.offset, [], { message: structure.message })] };
  const aliases = expand(document);
  if (!aliases.ok) return { ok: false, faults: [positioned(aliases.offset, [], { message: aliases.message })] };
  return {
    ok: true,
    value: {
      value: aliases.value,
      faultAt: (path, spot, about, shownPath = path) => positioned(offsetOf(document, path, spot), shownPath, about),
    },
  };
}

function decodeUtf8(source: string | Uint8Array): string | undefined {
  if (typeof source === 'string') return source.replace(/^\ufeff/, '');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch {
    return undefined;
  }
}

function syntaxMessage(error: { readonly code: string; readonly message: string }): string {
  switch (error.code) {
    case 'DUPLICATE_KEY':
      return 'this key stands twice in the same mapping';
    case 'MULTIPLE_DOCS':
      return 'a second document starts here; one file holds one configuration';
    case 'TAB_AS_INDENT':
      return 'a tab indents this line; YAML is indented with spaces';
    case 'NON_STRING_KEY':
      return 'a key is a text, not a list, a mapping or an alias';
    case 'TAG_RESOLVE_FAILED':
      return 'this YAML tag is not known here';
    case 'RESOURCE_EXHAUSTION':
      return `mappings and lists nest deeper than ${DEPTH_MAX} levels`;
    default:
      // The first sentence alone: what follows may quote the file.
      return `not valid YAML: ${error.message.split('\n', 1)[0]?.replace(/: .*$/, '') ?? error.code}`;
  }
}

function structureFault(document: ParsedDocument): { readonly offset: number; readonly message: string } | undefined {
  let found: { readonly offset: number; readonly message: string } | undefined;
  visit(document, {
    Collection: (_key, node, ancestors) => {
      if (ancestors.filter((ancestor) => isCollection(ancestor)).length < DEPTH_MAX) return undefined;
      found = { offset: node.range?.[0] ?? 0, message: `mappings and lists nest deeper than ${DEPTH_MAX} levels` };
      return visit.BREAK;
    },
    Pair: (_key, pair) => {
      if (!isScalar(pair.key) || pair.key.value !== '__proto__') return undefined;
      found = { offset: pair.key.range?.[0] ?? 0, message: 'the key "__proto__" is not allowed' };
      return visit.BREAK;
    },
  });
  return found;
}

type Expanded = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly offset: number; readonly message: string };

function expand(document: ParsedDocument): Expanded {
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: ALIASES_MAX }) as unknown };
  } catch {
    let found: { readonly offset: number; readonly message: string } = {
      offset: 0,
      message: `aliases expand to more than ${ALIASES_MAX} nodes`,
    };
    visit(document, {
      Alias: (_key, node) => {
        const offset = node.range?.[0] ?? 0;
        if (node.resolve(document) !== undefined) {
          found = { ...found, offset };
          return undefined;
        }
        found = { offset, message: `the alias ${quote(`*${node.source}`)} has no anchor before it` };
        return visit.BREAK;
      },
    });
    return { ok: false, ...found };
  }
}

/** Where an entry stands; where it does not exist, the nearest mapping or list that should hold it, by its key if it has one. */
function offsetOf(document: ParsedDocument, path: Path, spot: Spot): number {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    const holder: Node | null | undefined = isAlias(node) ? node.resolve(document) : node;
    if (isMap<Node, Node | null>(holder)) {
      const pair = holder.items.find((item) => isScalar(item.key) && item.key.value === step);
      if (pair === undefined) return offset;
      const keyOffset = pair.key.range?.[0] ?? offset;
      const isLast = depth === path.length - 1;
      // A value that takes no room in the file, as in `server:`, is shown by its key.
      const range = isLast && spot === 'value' && isScalar(pair.value) ? pair.value.range : undefined;
      offset = range !== null && range !== undefined && range[1] > range[0] ? range[0] : keyOffset;
      node = pair.value;
    } else if (isSeq<Node>(holder) && typeof step === 'number') {
      const item = holder.items[step];
      if (item === undefined) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else {
      return offset;
    }
  }
  return offset;
}
