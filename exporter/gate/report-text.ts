import type { GateReport } from './gate-report.js';
import { reportTables, type ReportTable } from './report-tables.js';

const CELL_CHARACTERS_MAX = 100;

/** The report for a terminal. */
export function reportText(report: GateReport): string {
  const tables = reportTables(report).map(
    ({ title, head, rows, note }) => `${title}\n${columns([head, ...rows])}${note === undefined ? '' : `${clean(note)}\n`}`,
  );
  return `${tables.join('\n')}\n${clean(report.sentence)}\n`;
}

/** The report as a page, such as GitHub shows in the summary of a job. */
export function reportMarkdown(report: GateReport): string {
  const sign = { passes: '✅', rejected: '❌', undetermined: '❔' }[report.outcome];
  const tables = reportTables(report).map(markdownTable);
  return `# Gate: ${escaped(report.model)}\n\n${sign} **${escaped(report.sentence)}**\n\n${tables.join('\n')}`;
}

function columns(lines: ReportTable['rows']): string {
  const cells = lines.map((line) => line.map((cell) => short(clean(cell))));
  const widths = cells[0]!.map((_cell, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const padded = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  return padded.map((line) => `  ${line}\n`).join('');
}

function markdownTable({ title, head, rows, note }: ReportTable): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |\n`;
  const body = rows.length === 0 ? '' : `${line(head)}|${head.map(() => '---').join('|')}|\n${rows.map(line).join('')}`;
  return `## ${escaped(title)}\n\n${body}${note === undefined ? '' : `${body === '' ? '' : '\n'}${escaped(note)}\n`}`;
}

const short = (text: string): string => (text.length > CELL_CHARACTERS_MAX ? `${text.slice(0, CELL_CHARACTERS_MAX - 3)}...` : text);

/** Names come from the data: what a terminal would obey is shown as a question mark. */
function clean(text: string): string {
  return text.replace(/[^\x20-\x7e\u00a1-\u1fff\u2030-\u205e\u2070-\ud7ff]/gu, '?');
}

/** What Markdown or HTML would take for more than text. */
function escaped(text: string): string {
  return clean(text).replace(/[\\`*_{}[\]<>#|&!]/g, (character) => (character === '_' ? '\\_' : `&#${character.charCodeAt(0)};`));
}
