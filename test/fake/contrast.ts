// Contrast of a page's colours, WCAG 2.1, from the names that its style gives them: light, and dark where that differs.

type Row = [front: string, back: string, least: number];

const colours = (block = ''): Record<string, string> =>
  Object.fromEntries(
    [...block.matchAll(/--([\w-]+): #([0-9a-f]{6}|[0-9a-f]{3})\b/g)].map(([, name, hex]) => [
      name,
      hex.length === 3 ? [...hex].map((d) => d + d).join('') : hex,
    ]),
  );

function luminance(hex: string): number {
  const [r, g, b] = [0, 2, 4].map((i) => {
    const v = parseInt(hex.slice(i, i + 2), 16) / 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Ratio of two colours without their #. */
export function ratio(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
}

/** Pairs of colours that differ too little. */
export function faint(css: string, rows: Row[]): string[] {
  const light = colours(/:root \{[^}]*\}/.exec(css)?.[0]);
  const dark = {
    ...light,
    ...colours(/prefers-color-scheme: dark\) \{\s*:root \{[^}]*\}/.exec(css)?.[0]),
  };
  return Object.entries({ light, dark }).flatMap(([name, c]) =>
    rows
      .filter(([front, back, least]) => !(ratio(c[front], c[back]) >= least))
      .map(([front, back]) => `${name}: ${front} on ${back} ${ratio(c[front], c[back]).toFixed(2)}`),
  );
}
