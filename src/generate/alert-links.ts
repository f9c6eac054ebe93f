import type { Config } from '../contracts/index.js';
import { boardPath, type BoardVariable, type Concern } from './boards.js';

/** Where to read on about an alert: its runbook, and the board of its concern. */
export const alertLinks = (
  { runbookUrl, dashboardUrl }: Config['rules'],
  alert: { readonly name: string; readonly concern: Concern; readonly variables: readonly BoardVariable[] },
): { readonly runbook_url: string; readonly dashboard_url: string } => ({
  runbook_url: `${literal(runbookUrl)}/${alert.name}.md`,
  dashboard_url: `${literal(dashboardUrl)}${boardPath(alert.concern, alert.variables)}`,
});

/** A configured address within an annotation, which is a template: braces stand for themselves, a slash at the end is dropped. */
const literal = (address: string): string => address.replace(/\/+$/, '').replaceAll('{{', '{{ "{{" }}');
