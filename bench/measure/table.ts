// Figures as the table of docs/budgets.md.

export interface Row {
  what: string;
  value: string;
  /** Empty: nothing was promised. */
  budget?: string;
  kept?: boolean;
}

export interface Section {
  title: string;
  text?: string;
  head: string;
  rows: Row[];
}

/** Section whose greatest figure goes into the trend. */
export const PEAKS = 'Variables at the peak';

const BEGIN = '<!-- measured: begin -->';
const END = '<!-- measured: end -->';

export const k = (n: number): string => (n < 1e6 ? `${Math.round(n / 1000)} k` : `${(n / 1e6).toFixed(2)} M`);

/** A figure against its budget. */
export function row(what: string, n: number, most?: number, show: (n: number) => string = String): Row {
  if (!Number.isFinite(n)) return { what, value: 'not measured' };
  if (most === undefined) return { what, value: show(n) };
  return { what, value: show(n), budget: show(most), kept: n <= most };
}

export function markdown(sections: Section[]): string {
  return sections
    .map(({ title, text, head, rows }) => {
      const lines = rows.map(
        (r) =>
          `| ${r.what} | ${r.value} | ${r.budget ?? ''} | ${r.kept === undefined ? '' : r.kept ? 'kept' : '**broken**'} |`,
      );
      const table = [`| ${head} | | budget | |`, '| --- | ---: | ---: | --- |', ...lines];
      return [`### ${title}`, '', ...(text ? [text, ''] : []), ...table, ''].join('\n');
    })
    .join('\n');
}

/** The document with new figures between its marks. */
export function insert(document: string, figures: string): string {
  const from = document.indexOf(BEGIN);
  const to = document.indexOf(END);
  if (from < 0 || to < from) throw new Error('docs/budgets.md has no place for the figures');
  return `${document.slice(0, from + BEGIN.length)}\n\n${figures}\n${document.slice(to)}`;
}

/** The sections of the document, as they were measured last. */
export function sections(document: string): Section[] {
  const figures = document.slice(document.indexOf(BEGIN) + BEGIN.length, document.indexOf(END));
  return figures
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const lines = section.split('\n');
      const table = lines.filter((l) => l.startsWith('| ')).map((l) => l.slice(2, -2).split(/ +\| ?| ?\| +/));
      const rows = table.slice(2).map(([what, value, budget, verdict]): Row => {
        if (!budget) return { what, value };
        return { what, value, budget, kept: verdict === 'kept' };
      });
      const text = lines.filter((l) => l && !l.startsWith('| ')).slice(1);
      return { title: lines[0], ...(text.length && { text: text.join('\n') }), head: table[0][0], rows };
    });
}

/** The document with these sections instead of those of the same title; new ones come last. */
export function replace(document: string, found: Section[]): string {
  const all = sections(document);
  const fresh = found.filter((f) => !all.some((s) => s.title === f.title));
  const rest = all.map((s) => found.find((f) => f.title === s.title) ?? s);
  return insert(document, markdown([...rest, ...fresh]));
}

/** A figure of the document; NaN = it is a word. */
export function figure(value: string): number {
  const [, n, unit] = /^([\d.]+)(?: ([kM]))?$/.exec(value) ?? [];
  return Number(n) * (unit === 'M' ? 1e6 : unit === 'k' ? 1e3 : 1);
}

const TREND = '<!-- trend: end -->';

/** The document with a line of the trend; one of the same day gives way. `files` is the sum of their bytes. */
export function trend(document: string, day: string, files: number, sections: Section[]): string {
  const end = document.indexOf(TREND);
  if (end < 0) throw new Error('docs/budgets.md has no place for the trend');
  const value = (what: string): string =>
    sections.flatMap((s) => s.rows).find((r) => r.what === what)?.value ?? '-';
  const peaks = sections.find((s) => s.title === PEAKS)?.rows.map((r) => Number(r.value)) ?? [];
  const cells = [
    day,
    sections.flatMap((s) => s.rows).find((r) => r.what.endsWith('.js, bytes'))?.value ?? '-',
    files,
    value('idle, no OCPP'),
    value('charging'),
    Math.max(...peaks),
    value('charging, PWM'),
    value('the longest work of all, ms on the chip'),
  ];
  const lines = document.slice(0, end).trimEnd().split('\n');
  if (lines[lines.length - 1].startsWith(`| ${day} |`)) lines.pop();
  return [...lines, `| ${cells.join(' | ')} |`, '', document.slice(end)].join('\n');
}
