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
