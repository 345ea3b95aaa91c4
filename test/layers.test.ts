import assert from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ascii, imports, layers } from '../tools/layers.mjs';
import { itLong } from './fake/depth';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** File, import line, what the complaint contains; '' = none. */
const ROWS: [file: string, line: string, complaint: string][] = [
  ['hal/pilot.ts', "import { Adc } from './adc';", ''],
  ['hal/pilot.ts', "import type { Charger } from '../firmware/core/charger';", 'hal must not import'],
  ['hal/pilot.ts', "import fs from 'node:fs';", 'hal must not import'],
  ['firmware/core/scan.ts', "import { step } from './charge';", ''],
  ['firmware/core/scan.ts', "import type { Board } from '../../hal/types';", ''],
  ['firmware/core/scan.ts', "import { type Board } from '../../hal/types';", ''],
  ['firmware/core/scan.ts', "import { Board } from '../../hal/types';", 'only types'],
  ['firmware/core/scan.ts', "import type { Rc522 } from '../../hal/mfrc522';", 'core must not import'],
  ['firmware/core/scan.ts', "import { send } from '../ocpp/link';", 'core must not import'],
  ['firmware/core/scan.ts', "let a: import('../ocpp/link').Link;", 'core must not import'],
  ['firmware/core/scan.ts', "import { step } from './charge.ts';", 'without the extension'],
  ['firmware/core/scan.ts', "import { KEYS } from './keys';", 'never bundled'],
  ['firmware/core/scan.ts', "import type { Settings } from './keys';", ''],
  ['firmware/core/scan.ts', "import { conf } from './conf.part';", 'part on call'],
  ['firmware/core/scan.ts', "import type { Conf } from './conf.part';", ''],
  ['firmware/core/conf.part.ts', "import type { Charger } from './charger';", ''],
  ['firmware/core/conf.part.ts', "import { now } from './time';", 'imports only types'],
  ['firmware/ocpp/calls.part.ts', "import { BOOT } from './state';", ''],
  ['firmware/ocpp/link.ts', "import { gate } from '../net/connect';", ''],
  ['firmware/ocpp/link.ts', "import { log } from '../core/log';", ''],
  ['firmware/ocpp/link.ts', "import { api } from '../http/api';", 'ocpp must not import'],
  ['firmware/ocpp/link.ts', "export { api } from '../http/api';", 'ocpp must not import'],
  ['firmware/ocpp/link.ts', "import { Mfrc522 } from '../../hal/mfrc522';", 'ocpp must not import'],
  ['firmware/http/server.ts', "import { link } from '../ocpp/link';", 'http must not import'],
  ['firmware/http/server.ts', "import { gate } from '../net/connect';", 'http must not import'],
  ['firmware/net/connect.ts', "import { link } from '../ocpp/link';", 'net must not import'],
  ['firmware/console.ts', "import { part } from './core/parts';", ''],
  ['firmware/console.ts', "import { link } from './ocpp/link';", 'console must not import'],
  ['firmware/main.ts', "import board from '@board';", ''],
  ['firmware/core/scan.ts', "import board from '@board';", 'core must not import'],
  ['firmware/main.ts', "import { link } from './ocpp/link';", ''],
  ['firmware/main.ts', "import { start } from '../bench/start';", 'main must not import'],
  ['boards/reference.ts', "import { Pilot } from '../hal/pilot';", ''],
  [
    'boards/reference.ts',
    "import type { Charger } from '../firmware/core/charger';",
    'boards must not import',
  ],
  ['bench/main.ts', "import fs from 'node:fs';", ''],
  ['bench/main.ts', "import { build } from '../tools/build.mjs';", ''],
  ['bench/main.ts', "import type { Board } from '../hal/types';", 'bench imports nothing of hal'],
  ['bench/main.ts', "import { scan } from '../firmware/core/scan';", 'bench imports nothing of firmware'],
  ['bench/main.ts', "const m = await import('../boards/reference');", 'bench imports nothing of boards'],
  ['tools/build.mjs', "import { scan } from '../firmware/core/scan';", 'tools imports nothing of firmware'],
  ['test/a.test.ts', "import { scan } from '../firmware/core/scan';", ''],
];

function sources(...folders: string[]): Record<string, string> {
  const out: Record<string, string> = {};
  for (const dir of folders)
    for (const f of readdirSync(path.join(root, dir), { recursive: true }) as string[])
      if (/\.(ts|mjs)$/.test(f) && !f.endsWith('.d.ts'))
        out[`${dir}/${f}`] = readFileSync(path.join(root, dir, f), 'utf8');
  return out;
}

describe('layers', () => {
  for (const [file, line, complaint] of ROWS)
    it(`${file}: ${line}`, () => {
      const said = layers({ [file]: line }).map((p) => p.message);
      if (complaint) assert.ok(said.length === 1 && said[0].includes(complaint), said.join());
      else assert.deepEqual(said, []);
    });

  it('refuses a circle and names it', () => {
    const said = layers({
      'firmware/core/a.ts': "import { b } from './b';",
      'firmware/core/b.ts': "import { c } from './c';",
      'firmware/core/c.ts': "import { a } from './a';",
    });
    assert.deepEqual(
      said.map((p) => [p.rule, p.message]),
      [
        [
          'circle',
          'imports go in a circle: firmware/core/a > firmware/core/b > firmware/core/c > firmware/core/a',
        ],
      ],
    );
  });

  it('lets types go in a circle', () => {
    const said = layers({
      'firmware/core/a.ts': "import { b } from './b';",
      'firmware/core/b.ts': "import type { A } from './a';",
    });
    assert.deepEqual(said, []);
  });

  it('knows type imports from the others', () => {
    const text =
      "import type { A } from './a';\nimport { type B, c } from './b';\nimport './c';\nexport * from './d';";
    assert.deepEqual(
      imports('hal/x.ts', text).map((i) => [i.to, i.type, i.line]),
      [
        ['./a', true, 1],
        ['./b', false, 2],
        ['./c', false, 3],
        ['./d', false, 4],
      ],
    );
  });

  it('refuses texts outside ASCII, not comments', () => {
    assert.deepEqual(
      ascii('hal/x.ts', "// 20 °C\nconst a = '°C';\nconst b = `${a}°`;").map((p) => p.line),
      [2, 3],
    );
  });

  // The gate looks at the same.
  itLong('hold in the sources', () => {
    assert.deepEqual(layers(sources('hal', 'boards', 'firmware', 'bench', 'tools')), []);
  });

  it('the chain of the scan alone feeds the watchdog', () => {
    const all = ['firmware', 'hal', 'boards'].flatMap((dir) =>
      readdirSync(path.join(root, dir), { recursive: true, encoding: 'utf8' })
        .filter((f) => f.endsWith('.ts') && !f.endsWith('.d.ts'))
        .flatMap((f) => readFileSync(path.join(root, dir, f), 'utf8').split('\n').filter((l) => l.includes('kickWatchdog'))),
    ); // prettier-ignore
    assert.deepEqual(all, ['  const kick = E.kickWatchdog;']);
    const chain = /function chain[^]*?\n}/.exec(readFileSync(path.join(root, 'firmware/main.ts'), 'utf8'))!;
    assert.equal(chain[0].split('kick();').length, 2);
  });
});
