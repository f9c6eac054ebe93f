import type { GateReport } from './gate-report.js';
import { cutTo, printable, textTable } from '../text-table.js';
import { reportTables, type ReportTable } from './report-tables.js';

const CELL_CHARACTERS_MAX = 100;

/** The report for a terminal. */
export function reportText(report: GateReport): string {
  const tables = reportTables(report).map(
    ({ title, head, rows, note }) => `${title}\n${columns([head, ...rows])}${note === undefined ? '' : `${printable(note)}\n`}`,
  );
  return `${tables.join('\n')}\n${printable(report.sentence)}\n`;
}

/** The report as a page, such as GitHub shows in the summary of a job. */
export function reportMarkdown(report: GateReport): string {
  const sign = { passes: '✅', rejected: '❌', undetermined: '❔' }[report.outcome];
  const tables = reportTables(report).map(markdownTable);
  return `# Gate: ${escaped(report.model)}\n\n${sign} **${escaped(report.sentence)}**\n\n${tables.join('\n')}`;
}

function columns(lines: ReportTable['rows']): string {
  return textTable(
    lines.map((line) => line.map((cell) => cutTo(CELL_CHARACTERS_MAX, printable(cell)))),
    '  ',
  );
}

function markdownTable({ title, head, rows, note }: ReportTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |\n`;
  const body = rows.length === 0 ? '' : `${line(head)}|${head.map(() => '---').join('|')}|\n${rows.map(line).join('')}`;
  return `## ${escaped(title)}\n\n${body}${note === undefined ? '' : `${body === '' ? '' : '\n'}${escaped(note)}\n`}`;
}

/** What Markdown or HTML would take for more than text. */
function escaped(text: string): string {
  return printable(text).replace(/[\\`*_{}[\]<>#|&!]/g, (character) => (character === '_' ? '\\_' : `&#${character.charCodeAt(0)};`));
}
