import { PanelModel } from '@grafana/data';
import { PanelOptions } from './options';
import { VIEWS } from './views';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A least or a greatest is a number from 0; by hand or by a template others come. */
const isUsable = ([name, value]: readonly [string, unknown]) =>
  !/(Min|Max)$/.test(name) || (typeof value === 'number' && Number.isFinite(value) && value >= 0);

/** `shadow-verdict` has its options under `shadowVerdict`. */
const optionsKey = (view: string) => view.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A view by its name; by its label, as somebody writes it who reads the editor; without either the first. */
function viewOf(given: unknown): string {
  if (typeof given !== 'string' || given === '') {
    return VIEWS[0]?.name ?? '';
  }
  return VIEWS.find(({ label }) => label.toLowerCase() === given.toLowerCase())?.name ?? given;
}

/**
 * Goes by the shape of the options, never by the version: generated boards leave the version empty, which would pass for the
 * oldest one. Options without a view, as another panel type or hand-written JSON leaves them, get the first view; an option of a wrong type
 * gives way to its default; the rest is kept.
 */
export function migrateOptions({ options }: Pick<PanelModel<Partial<PanelOptions>>, 'options'>): PanelOptions {
  const migrated: Record<string, unknown> = { ...options };
  if ('asTable' in migrated && typeof migrated.asTable !== 'boolean') {
    delete migrated.asTable;
  }
  for (const key of VIEWS.map(({ name }) => optionsKey(name))) {
    const given = migrated[key];
    if (isObject(given)) {
      migrated[key] = Object.fromEntries(Object.entries(given).filter(isUsable));
    } else {
      delete migrated[key];
    }
  }
  return { ...migrated, view: viewOf(options?.view) };
}
