// Makes one file of the charger's page: script and style inside, words and blanks shortened, compressed. It is served from
// flash as it is.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { rollup } from 'rollup';
import { minify } from 'terser';

/** Its name in Storage: the part on call that serves it is called `page`. */
export const PAGE_FILE = 'page.gz';

/** Comments, and blanks where they mean nothing. Texts in quotes must not depend on double blanks. */
export const thinCss = (text) =>
  text
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};,>]) ?/g, (_, c) => c)
    .replace(/: /g, ':')
    .replace(/;}/g, '}')
    .trim();

export const thinHtml = (text) => text.replace(/<!--[^]*?-->/g, '').replace(/\s+/g, ' ');

async function script(file) {
  const bundle = await rollup({ input: file });
  const { output } = await bundle.generate({ format: 'iife' });
  await bundle.close();
  const { code } = await minify(output[0].code, { ecma: 2020, compress: { passes: 2 }, mangle: true });
  return code.replace(/<\/script/g, '<\\/script').trim();
}

/** The page as text; nothing when there is none in the folder. */
export async function page(folder) {
  const read = (name) => readFileSync(path.join(folder, name), 'utf8');
  if (!existsSync(path.join(folder, 'index.html'))) return undefined;
  const style = thinCss(read('style.css'));
  const code = await script(path.join(folder, 'page.js'));
  return thinHtml(read('index.html'))
    .replace('/* style.css */', () => style)
    .replace('/* page.js */', () => code);
}

/** Compressed; the same bytes on every computer. */
export function zip(text) {
  const out = gzipSync(text, { level: 9 });
  out[9] = 255; // The system that made it: unknown.
  return out;
}
