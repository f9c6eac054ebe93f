import { PanelModel } from '@grafana/data';
import { PanelOptions } from './options';
import { VIEWS } from './views';

/**
 * Goes by the shape of the options, never by the version: generated boards leave the version empty, which would pass for the
 * oldest one. Options without a view, as another panel type or hand-written JSON leaves them, get the first view; the rest is kept.
 */
export function migrateOptions({ options }: Pick<PanelModel<Partial<PanelOptions>>, 'options'>): PanelOptions {
  const view: unknown = options?.view;
  return { ...options, view: typeof view === 'string' && view !== '' ? view : (VIEWS[0]?.name ?? '') };
}
