// What each part on call costs when it is loaded, and what stays when it is dropped.

import { solo } from '../engine/solo';
import type { Build } from '../image';

export interface Part {
  name: string;
  size: number;
  loaded: number;
  left: number;
}

/** Tables that are read in place, not code. */
export const DATA = ['keys', 'faults', 'messages', 'entities', 'page.gz'];

const SCRIPT = (names: string[]): string => `
let a = 0, b = 0, x;
function load(name) {
  a = process.memory().usage;
  x = require(name);
  b = process.memory().usage;
  x = undefined;
  Modules.removeCached(name);
  print('part', name, b - a, process.memory().usage - a);
}
load('${names[0]}');
${names.map((name) => `load('${name}');`).join('\n')}
print('all loaded');
`;

export async function parts(executable: string, build: Build): Promise<Part[]> {
  const own = [...build].filter(([name]) => !name.startsWith('.') && name !== 'main' && !DATA.includes(name));
  const code = SCRIPT(own.map(([name]) => name));
  const s = await solo({ executable, build: new Map([['.bootcde', Buffer.from(code)], ...own]) });
  try {
    if (!(await s.until(() => s.text().includes('all loaded'), 20000))) throw new Error(s.text());
    // The first is loaded twice: what the engine sets up for all of them is not its own.
    const lines = s
      .text()
      .match(/part \w+ -?\d+ -?\d+/g)!
      .slice(1);
    return own.map(([name, data], i) => {
      const [, , loaded, left] = lines[i].split(' ');
      return { name, size: data.length, loaded: Number(loaded), left: Number(left) };
    });
  } finally {
    s.stop();
  }
}
