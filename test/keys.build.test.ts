import assert from 'node:assert';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import vm from 'node:vm';
import { fileURLToPath } from 'node:url';
import { build } from '../tools/build.mjs';
import { crc32 } from '../tools/crc32.mjs';
import { inspect } from '../tools/gate.mjs';
import { compile, expression, keysFile, readTable } from '../tools/keys.mjs';
import { resolve } from '../tools/stack.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const KEYS = path.join(root, 'firmware/core/keys.ts');

/** Row of a name in the packed file, as the firmware looks it up. */
function find(file: string, name: string): unknown[] | undefined {
  const bytes = Buffer.from(file);
  const slots = parseInt(bytes.toString('utf8', 0, 8), 16);
  const h = crc32(Buffer.from(name)) & 0xffffff;
  const slot = 328 + ((h + bytes[72 + (h & 255)]) % slots) * 16;
  const place = bytes.toString('utf8', slot, slot + 8);
  if (place === '00000000') return undefined;
  const at = parseInt(place.slice(0, 4), 16) * 4;
  return JSON.parse(bytes.toString('utf8', at, at + parseInt(place.slice(4), 16)));
}

describe('key table at build time', () => {
  const TABLE = `
    import type { Charger } from './charger';
    const LIMIT = 3;
    export const KEYS = {
      // Charging
      /** Current that
       *  the user asks for. */
      amp: { t: 'i', f: 'wk', lo: 6, hi: 32, def: 16, unit: 'A', ocpp: 'RequestedCurrent',
        set: (c, v: number): string => (v > c.k.ama ? 'too much' : '') },
      /** Anything. */
      any: { t: 'j', hi: LIMIT, def: [1], get: (c: Charger): unknown => ({ a: c.x.tmp[0] ?? 0 }) },
      // Clock
      utc: { t: 's', get: (_c): unknown => VERSION },
    } as const satisfies Record<string, object>;`;

  it('reads rows in order, with comments and sections', () => {
    const rows = readTable('keys.ts', TABLE);
    assert.deepEqual(
      rows.map((r) => [r.name, r.section, r.doc]),
      [
        ['amp', 'Charging', 'Current that the user asks for.'],
        ['any', '', 'Anything.'],
        ['utc', 'Clock', ''],
      ],
    );
    assert.deepEqual([rows[0].lo, rows[0].ocpp, rows[1].hi, rows[1].def], [6, 'RequestedCurrent', 3, [1]]);
  });

  it('shortens functions to expressions of c and v', async () => {
    const [amp, any, utc] = await compile(readTable('keys.ts', TABLE), 'keys.ts', { VERSION: '1.2.3' });
    const run = (text: string, c: object, v?: unknown): unknown =>
      new Function('c', 'v', 'return ' + text)(c, v);
    assert.equal(run(amp.set, { k: { ama: 16 } }, 20), 'too much');
    assert.equal(run(amp.set, { k: { ama: 16 } }, 16), '');
    assert.deepEqual(run(any.get, { x: { tmp: [] } }), { a: 0 });
    assert.equal(utc.get, '"1.2.3"');
    assert.equal(await expression('(c, v) => (c.frc = v, "")'), '(c.frc=v,"")');
    assert.equal(await expression('(c) => c.k.list.map((item) => item.a)'), 'c.k.list.map(a=>a.a)');
  });

  const bad: [text: string, complaint: RegExp][] = [
    ['(c) => { return 1; }', /block body/],
    ['function (c) { return 1; }', /arrow function/],
    ['get(c) { return 1; }', /arrow function/],
    ['(x) => x', /other parameters/],
    ['(c) => LIMIT', /uses LIMIT/],
    ['(c) => c.a.map((i) => i + other)', /uses other/],
    ['(_c) => _c.a', /call it c/],
    ['(c) => c.a?.b', /unknown to the engine/],
    ['(c) => [...c.a]', /unknown to the engine/],
    ['(c) => Math.trunc(c.a)', /absent/],
    ['(c) => /a?/.test(c.a)', /regular expressions/],
  ];
  for (const [text, complaint] of bad)
    it(`refuses ${text}`, () => assert.rejects(expression(text), complaint));

  it('names the key and its line', async () => {
    const rows = readTable('keys.ts', TABLE.replace('VERSION', 'LIMIT'));
    await assert.rejects(compile(rows, 'keys.ts'), /^Error: keys.ts:13 utc.get uses LIMIT/);
  });

  it('refuses fields that nobody knows, and values of other modules', () => {
    assert.throws(
      () => readTable('keys.ts', TABLE.replace("unit: 'A'", "units: 'A'")),
      /amp: unknown field units/,
    );
    const imports = TABLE.replace('const LIMIT = 3', "import { LIMIT } from './limits'");
    assert.throws(() => readTable('keys.ts', imports), /only types may be imported/);
  });

  it('packs the real table so that every key and OCPP name is found', async () => {
    const file = await keysFile(KEYS);
    assert.equal(Buffer.byteLength(file) % 4, 0);
    const rows = readTable(KEYS);
    assert.ok(rows.length > 100);
    const names = rows.length + rows.filter((r) => r.ocpp).length;
    assert.ok(parseInt(file.slice(0, 8), 16) < names * 1.5, 'slots that nothing uses');
    for (const r of rows) {
      assert.equal(find(file, r.name)?.[0], r.name);
      if (r.ocpp) assert.equal(find(file, r.ocpp)?.[0], r.name);
    }
    assert.ok(!['nope', 'toString'].includes(String(find(file, 'nope')?.[0])));
  });
});

describe('build', function () {
  // The first one loads the compiler.
  this.timeout(60000);
  const dirs: string[] = [];
  /** A small firmware in a folder of its own. */
  function project(files: Record<string, string>): string {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'pilotwire-'));
    dirs.push(dir);
    const all = {
      ...Object.fromEntries(
        ['tsconfig.json', 'hal/engine.d.ts'].map((f) => [f, readFileSync(path.join(root, f), 'utf8')]),
      ),
      'boards/reference.ts': 'export default () => ({ name: "reference" });',
      'firmware/core/time.ts':
        '/** Now. */\nexport const HOUR = 3600;\nexport function now(): number {\n  return getTime() * HOUR;\n}\n',
      'firmware/main.ts':
        "import make from '@board';\nimport { now } from './core/time';\nclass A {\n  private _secret = 1;\n  x = 2;\n" +
        "  m(): number {\n    return this._secret + this.x;\n  }\n}\nif (DEBUG) print('debug');\nglobal.go = () => print(make().name, now(), new A().m(), VERSION);\n",
      'firmware/core/api.part.ts':
        "import type { X } from './x';\nconst o = { _kept: 3 };\nexport function get(x: X): number {\n  return x.a ?? o._kept;\n}\n",
      ...files,
    };
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(path.join(dir, path.dirname(name)), { recursive: true });
      writeFileSync(path.join(dir, name), text);
    }
    return dir;
  }
  after(() => dirs.forEach((d) => rmSync(d, { recursive: true, force: true })));

  it('writes a flat main chunk that runs', async () => {
    const dir = project({});
    const { main, built } = await build('reference', dir);
    assert.ok(built);
    const text = readFileSync(main, 'utf8');
    assert.deepEqual(inspect(text), []);
    assert.doesNotMatch(text, /_secret|export|debug|sourceMappingURL|3600\*3600/);
    const printed: unknown[] = [];
    const world = {
      print: (...a: unknown[]) => printed.push(...a),
      getTime: () => 2,
      global: {} as { go(): void },
    };
    vm.runInNewContext(text, world);
    world.global.go();
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
    assert.deepEqual(printed, ['reference', 7200, 3, version]);
  });

  it('writes each part as a file with exports', async () => {
    const { dir } = await build('reference', project({}));
    assert.deepEqual(readdirSync(dir), ['api']);
    const text = readFileSync(path.join(dir, 'api'), 'utf8');
    assert.deepEqual(inspect(text), []);
    assert.match(text, /_kept/);
    const exports = {} as { get(x: { a?: number }): number };
    new Function('exports', text)(exports);
    assert.deepEqual([exports.get({ a: 1 }), exports.get({})], [1, 3]);
  });

  it('maps positions back to TypeScript', async () => {
    const project_ = project({});
    const { main } = await build('reference', project_);
    const column = readFileSync(main, 'utf8').indexOf('getTime') + 1;
    const dist = path.dirname(main);
    for (const name of ['eval', 'dist/reference.js'])
      assert.match(
        resolve(`at f (${name}:1:${column})`, 'reference', dist),
        /firmware\/core\/time\.ts:4:10\)$/,
      );
    const api = readFileSync(path.join(dist, 'reference/api'), 'utf8').indexOf('return');
    assert.match(
      resolve(`line 1 col ${api + 1} in api`, 'reference', dist),
      /firmware\/core\/api\.part\.ts:4:3$/,
    );
    assert.equal(resolve('12:30:45 nothing', 'reference', dist), '12:30:45 nothing');
  });

  it('does nothing when nothing changed, and takes away what is gone', async () => {
    const dir = project({});
    await build('reference', dir);
    assert.equal((await build('reference', dir)).built, false);
    rmSync(path.join(dir, 'firmware/core/api.part.ts'));
    const again = await build('reference', dir);
    assert.ok(again.built);
    assert.deepEqual(readdirSync(again.dir), []);
    assert.ok(!existsSync(path.join(dir, 'dist/reference.maps/api.map')));
  });

  const broken: [what: string, files: Record<string, string>, complaint: RegExp][] = [
    [
      'a circle of imports',
      {
        'firmware/core/a.ts': "import { b } from './b';\nexport const a = () => b;",
        'firmware/core/b.ts': "import { a } from './a';\nexport const b = () => a;",
        'firmware/main.ts': "import { a } from './core/a';\nprint(a());",
      },
      /imports go in a circle: .*a\.ts/,
    ],
    [
      'a part that imports code',
      { 'firmware/core/api.part.ts': "import { now } from './time';\nexport const get = () => now();" },
      /a part imports only types, not firmware\/core\/time/,
    ],
    [
      'a part that is imported',
      { 'firmware/main.ts': "import { get } from './core/api.part';\nprint(get);" },
      /load it with part/,
    ],
    ['two parts of one name', { 'firmware/http/api.part.ts': 'export const a = 1;' }, /are called api/],
    ['a missing module', { 'firmware/main.ts': "import { a } from './core/none';\nprint(a);" }, /none/],
    [
      'a missing export',
      { 'firmware/main.ts': "import { a } from './core/time';\nprint(a);" },
      /"a" is not exported/,
    ],
    ['bad syntax', { 'firmware/main.ts': 'print(;' }, /main\.ts \(1:7\).* expected/],
  ];
  for (const [what, files, complaint] of broken)
    it(`refuses ${what}`, () => assert.rejects(build('reference', project(files)), complaint));

  it('refuses an unknown board', async () => {
    await assert.rejects(build('nix', project({})), /^Error: unknown board "nix"; there is reference$/);
  });
});
