import { optionsOfQueries } from './query-matchers.js';
import { isMapping, nameOf, shown, sliOfQuery, unknownIndicator } from './slo-documents.js';
import type { ImportedSlo, ImportHints, Mapping, SloFault, SloFaultCode, SloImport } from './slo-documents.js';

export const SLOTH_VERSION = 'prometheus/v1';
/** Sloth's own default; a spec does not say its period. */
const PERIOD = '30d';

/** Reads specs of Sloth for Prometheus. Their queries must read Modelwatch's counters, or `--sli` says what is meant. */
export function importSloth(documents: readonly unknown[], hints: ImportHints): SloImport {
  const slos: ImportedSlo[] = [];
  const faults: SloFault[] = [];
  const notes: string[] = [];
  documents.forEach((document, index) => {
    const fail = (code: SloFaultCode, path: string, message: string) =>
      void faults.push({ code, place: `document ${index + 1}${path === '' ? '' : `: ${path}`}`, message });
    if (document === null) return undefined;
    if (!isMapping(document)) return fail('malformed', '', 'a mapping was expected');
    if (document['version'] !== SLOTH_VERSION)
      return fail('unsupported_version', 'version', `${SLOTH_VERSION} is read, got ${shown(document['version'])}`);
    const list = document['slos'];
    if (!Array.isArray(list)) return fail('malformed', 'slos', 'a list was expected');
    const model = hints.model ?? nameOf(document['service']);
    if (model === undefined) return fail('malformed', 'service', 'the service names the model; say with --model which is meant');
    if (document['labels'] !== undefined || document['slo_plugins'] !== undefined)
      notes.push(`document ${index + 1}: labels and plugins of Sloth were left out`);
    (list as unknown[]).forEach((each, i) => {
      const slo = importOne(each, model, hints, (code, path, message) => fail(code, `slos[${i}]${path}`, message));
      if (slo !== undefined) slos.push({ model, slo });
      if (isMapping(each) && isMapping(each['alerting']))
        notes.push(`document ${index + 1}: slos[${i}].alerting: names and labels of alerts were left out`);
    });
    return undefined;
  });
  return { slos, faults, notes };
}

function importOne(
  each: unknown,
  model: string,
  { sli: hinted }: ImportHints,
  fail: (code: SloFaultCode, path: string, message: string) => void,
): ImportedSlo['slo'] | undefined {
  if (!isMapping(each)) return void fail('malformed', '', 'a mapping was expected');
  const name = nameOf(each['name']);
  const percent = each['objective'];
  if (name === undefined) return void fail('malformed', '.name', `a name was expected, got ${shown(each['name'])}`);
  if (typeof percent !== 'number') return void fail('malformed', '.objective', `a number of per cent was expected, got ${shown(percent)}`);
  const sli = hinted ?? indicatorOf(each['sli'], fail);
  if (sli === undefined) return undefined;
  // Queries of other counters say nothing of ours: what they are taken for was said by the caller.
  const isOurs = sliOfQuery(JSON.stringify(each['sli'] ?? {})) === sli;
  const read = isOurs ? optionsOfQueries(each['sli'], sli, model, (code, message) => fail(code, '.sli', message)) : {};
  if (read === undefined) return undefined;
  // 99.9 per cent are 0.999 but for the last bit.
  return { name, sli, objective: Number((percent / 100).toPrecision(12)), period: PERIOD, ...read, ...criticalOf(each['alerting']) };
}

/** An objective whose page is switched off pages here neither. */
function criticalOf(alerting: unknown): { readonly critical?: false } {
  const page = isMapping(alerting) ? alerting['page_alert'] : undefined;
  return isMapping(page) && page['disable'] === true ? { critical: false } : {};
}

function indicatorOf(sli: unknown, fail: (code: SloFaultCode, path: string, message: string) => void): ReturnType<typeof sliOfQuery> {
  const kinds: Mapping = isMapping(sli) ? sli : {};
  if (kinds['plugin'] !== undefined)
    return void fail('reference_unsupported', '.sli.plugin', 'plugins of Sloth are code and have no equal');
  const found = sliOfQuery(JSON.stringify(kinds));
  if (found === undefined) {
    const { code, message } = unknownIndicator('', 'the indicator');
    fail(code, '.sli', message);
  }
  return found;
}
