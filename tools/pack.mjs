// Packs the rows of the key table into the data file `keys`: a head of 72 bytes, a hash table of shifts and slots, the code
// of the values, of the whole status in chunks, the rows, the OCPP names.
//
//   place  8 hexadecimal digits: a text's offset / 4 and its length
//   head   in 8 hexadecimal digits each: number of slots; places of the first row, the OCPP names, the first chunk, the places;
//          how many of the places are of the first kind, and of the first two, in 4 digits each; places of `first` and `kept`; place of the first chunk of API version 1
//   shift  a printable character for each value of a CRC's last byte, chosen so that no two names meet
//   slot   two places, zeros = none: a row, and the code of its value. Slot of a name, key or OCPP name, h = its
//          CRC32 & 0xffffff: (h + code of the shift of h & 255) % number of slots
//   value  body of a function of c: "key";return EXPRESSION. In single quotes the key of a row that only OCPP may see. Blanks in
//          front of `return`: none = drifts with time, meter and signal; one = follows from the record; two = changes only when
//          a key is set.
//   places places of all values that everybody may see without asking for them by name, without anything between them, in
//          this order of kinds
//   first  JSON {key: default} of all that the record holds, in the order of the table
//   kept   names of the keys that only the journal holds, comma separated
//   chunk  body of a function that appends members of the status to J.out, the first of all with { and the last with }: a + b
//          would copy a each time, so only short ones are joined before. It knows c, j, which makes JSON of a value, b, which
//          puts bytes above 127 back that the engine's writer escapes, and what the engine would find late or behind points:
//          Math, K = c.k, C = its cards, G = c.f.get. In front of it, as a statement, the name of the part that it needs; what
//          it returns is the place of the next chunk, '' = it was the last
//   row    JSON [key, type, marks, lo, hi, default, unit, OCPP name, place of the value's code or '', set, place of the
//          next row or '', place of its description]; absent = null
//   names  OCPP names, comma separated
//
// All texts begin at a multiple of 4. So a look-up is a short read from flash, no index lies in memory, and code runs
// where it is.
import vm from 'node:vm';
import { crc32 } from './crc32.mjs';

const HEAD = 72;
const SHIFTS = 256;
const SLOT = 16;
/** Codes of the characters that a shift may be. */
const LOW = 32;
const HIGH = 126;
const NONE = '00000000';
/** Most that a chunk may take, in thousands of the engine's instructions: one is made within a step, which has 750 of its own;
 * the head of the answer goes out with the first. That of version 1 is short, and its members are weighed less well. What takes how
 * long: a member, a character of it, and what may stand in it. */
const CHUNK = 1225;
const OLD = 1030;
const BEGIN = 320;
const MEMBER = 8;
const CHARACTER = 0.15;
const COSTS = [
  [/\bj\(/g, 20],
  [/\bb\(/g, 10],
  // As one of many of which a few are kept.
  [/\bG\(/g, 18],
  [/=>/g, 60],
  [/\{/g, 20],
  [/\b[a-z]\[\d/g, 8],
  [/\bMath\./g, 22],
  [/\.(concat|includes|indexOf|read|slice|split|map)\(/g, 25],
  [/\.(locked|rssi|iso|wall)\(/g, 65],
  [/\.model\(/g, 120],
  // Words for a state take as much as many keys: in a chunk of their own.
  [/\bc\.f\.part\("why"/g, 820],
  [/\bc\.f\.part\(/g, 640],
  [/\brequire\("Wifi/g, 100],
  [/\brequire\("Storage/g, 30],
  // A card that is there; ten of them.
  [/\bC\[\d\]/g, 2],
  [/\bC\.map\(a/g, 640],
];

const hash = (name) => crc32(Buffer.from(name)) & 0xffffff;

/** Shifts that keep all names apart in this number of slots, most crowded first; undefined = none were found. */
function shifts(hashes, slots) {
  const taken = new Set();
  const out = Array(SHIFTS).fill(LOW);
  const groups = new Map();
  for (const h of hashes) groups.set(h & 255, [...(groups.get(h & 255) ?? []), h]);
  for (const [i, group] of [...groups].sort((a, b) => b[1].length - a[1].length)) {
    const at = (shift) => new Set(group.map((h) => (h + shift) % slots));
    const fits = (shift) => at(shift).size === group.length && [...at(shift)].every((k) => !taken.has(k));
    while (out[i] <= HIGH && !fits(out[i])) out[i]++;
    if (out[i] > HIGH) return undefined;
    for (const k of at(out[i])) taken.add(k);
  }
  return out;
}

/** Least number of slots that keeps all names apart, and the shifts that do. */
function slots(names) {
  const hashes = names.map(hash);
  if (new Set(hashes).size !== names.length) throw new Error('keys: two names have one hash');
  for (let m = names.length; ; m++) {
    const shift = shifts(hashes, m);
    if (shift) return { m, shift };
  }
}

const pad = (text) => text + ' '.repeat(-Buffer.byteLength(text) & 3);
const place = (at, length) => (at / 4).toString(16).padStart(4, '0') + length.toString(16).padStart(4, '0');

const has = (row, mark) => (row.f ?? '').includes(mark);
/** Everybody sees it without asking for it by its name. */
const shown = (row) => !has(row, 'o') && !has(row, 'x');

/** Kind of a value: 0 drifts, 1 follows from the record, 2 changes only when a key is set. */
function kind({ get = '' }) {
  if (/\bc\.(t|m|gap|late)\b|\b(meter|locked|rssi)\b|\bc\.f\.(?!fault\b)/.test(get)) return 0;
  return /\bc\b/.test(get) ? 1 : 2;
}

/** The expression of a row's value, booleans as booleans; undefined = never read back. */
function expression(row) {
  if (has(row, 'h')) return undefined;
  const def = JSON.stringify(JSON.stringify(row.def ?? null));
  // What is kept in the journal alone is read from there, if it is marked as being there.
  const kept = has(row, 'p')
    ? `JSON.parse(c.k.${row.name}&&c.f.get("k.${row.name}")||${def})`
    : `c.k.${row.name}`;
  const e = row.get ? `(${row.get})` : kept;
  if (row.t !== 'b') return e;
  return has(row, 'z') ? `(v=>v===null?v:!!v)(${e})` : `!!${e}`;
}

function value(row) {
  const quote = has(row, 'o') ? "'" : '"';
  return `${quote}${row.name}${quote};${' '.repeat(kind(row))}return ${expression(row)}`;
}

/** What a value's expression is in a chunk. */
const near = (e) =>
  e
    .replace(/\bc\.k\.cards\b/g, 'C')
    .replace(/\bc\.k\b/g, 'K')
    .replace(/\bc\.f\.get\b/g, 'G');

/** Names of the keys that hold text of anybody's, colours and words of a list apart. */
const spoken = (rows) =>
  new Set(rows.filter((r) => 'sj'.includes(r.t) && !/^#[0-9A-F]{6}$/.test(r.def)).map((r) => r.name));

/** What may hold bytes above 127: texts of the record, and those of others in it. */
const said = (e, texts) =>
  /\bC\b|\.(err|tag|uid|ssid)\b/.test(e) ||
  [...e.matchAll(/\bK\.(\w+)|\bG\("k\.(\w+)/g)].some(([, name, kept]) => texts.has(name ?? kept));

/** JSON of an expression, as text. Constants, as which one of its ways may end, are written as they will be. */
function json(e, texts) {
  const j = (x) => (said(x, texts) ? `b(j(${x}))` : `j(${x})`);
  const constant = /^(?:([^?:]+)\?([^?:]+):|([\w.[\]]+)&&([\w.[\]]+)\|\||([\w.]+)\|\|)(null|"[^"\\]*")$/.exec(
    e,
  );
  if (/^[\w.[\]]+\?[\w.[\]]+!=="":false$/.test(e)) return `(${e})`;
  if (!constant) return j(e);
  const [, cond, then, first, second, only, end] = constant;
  const text = end === 'null' ? end : `'${end}'`;
  if (cond) return `(${cond}?${/^"[^"\\]*"$/.test(then) ? `'${then}'` : j(then)}:${text})`;
  return only ? `(${only}?${j(only)}:${text})` : `(${first}&&${second}?${j(second)}:${text})`;
}

/** The text that the journal keeps, which is JSON, or the default; booleans are kept as 0 and 1. */
function own({ name, t, def }, texts) {
  const text = `G("k.${name}")`;
  if (t === 'b') return `(K.${name}?${text}${def ? '!=="0":true' : '==="1":false'})`;
  const kept = texts.has(name) ? `b(${text})` : text;
  return `(K.${name}?${kept}:'${JSON.stringify(def).replace(/'/g, "\\'")}')`;
}

/** Makes a member of the status; what may be null or a number stands as it is, and so does the text in the journal. */
function member(row, texts) {
  const e = expression(row);
  const { name, t, get } = row;
  if (/^("[^"\\]*"|\d+|null)$/.test(get)) return `"${name}":${t === 'b' ? !!JSON.parse(get) : get}'`;
  if (has(row, 'p') && !get) return `"${name}":'+${own(row, texts)}`;
  const plain = 'bin'.includes(t) && !(t === 'b' && has(row, 'z'));
  const x = near(t === 'b' ? e : get || e);
  return `"${name}":'+${plain ? near(e) : json(x, texts)}`;
}

/** Appends a member to text that ends behind one. Behind a constant the text goes on. */
const append = (text, m) => (text.endsWith("'") ? `${text.slice(0, -1)},${m}` : `${text}+',${m}`);
/** A member of cards as the beginning of what a statement adds: the comma stands in both texts, to join it would copy them. */
const CARD = /^'\+\((C\[\d\])\?'(.*):'(.*?)'\)$/;
/** What a statement adds, `sign` before it. */
const adds = (sign, m) =>
  `J.out+=${CARD.test(m) ? m.replace(CARD, `($1?'${sign}$2:'${sign}$3')`) : `'${sign}${m}`}`;
/** Most that is joined before it is added: what a statement takes, against copies of what is joined. */
const JOIN = 130;
/** The same for statements of a chunk. */
function add(text, m) {
  if (text.endsWith("'")) return `${text.slice(0, -1)},${m}`;
  const last = text.length - text.lastIndexOf(';J.out+=');
  return last + m.length < JOIN ? `${text}+',${m}` : `${text};${adds(',', m)}`;
}

/** Makes a member of version 1: in quotes, or JSON; without `get` the value of version 2 as a number. `all`: rows of that. */
function older(all) {
  const of = (name) => expression(all.find((r) => r.name === name));
  const texts = spoken(all);
  return ({ name, t, get }) => {
    const e = near(get ? get.replace(/c\.f\.read\("(\w+)"\)/g, (_, key) => of(key)) : `(+(${of(name)})||0)`);
    const quote = t ? '' : '"';
    const constant = /^\(?(?:"([^"\\]*)"|(\d+))\)?$/.exec(e);
    if (constant) return `"${name}":${quote}${constant[1] ?? constant[2]}${quote}'`;
    if (t === 's') return `"${name}":'+${json(e, texts)}`;
    return t ? `"${name}":'+j(${e})` : `"${name}":"'+(${e})+'"'`;
  };
}

/** Has these fields and no others. */
const alone = (o) =>
  new Proxy(o, {
    get(_, name) {
      if (!Object.hasOwn(o, name)) throw new Error(`${String(name)} is not known here`);
      return o[name];
    },
  });

/** Of a row that shows cards and nothing else: the number of the first that it shows, and its value without that card. */
function card(row) {
  const found = /\bc\.k\.cards(?:\[(\d)\])?/.exec(row.get ?? '');
  if (!found) return undefined;
  try {
    const c = alone({ k: alone({ cards: [] }) });
    return { n: found[1] ?? '0', all: !found[1], none: vm.runInNewContext(`(${expression(row)})`, { c }) };
  } catch {
    return undefined;
  }
}

/** Members of all rows, each made by `make`. Those of one card are one: without the card they are a constant, `bare` of it. */
function members(rows, make, bare) {
  const out = [];
  let before;
  for (const row of rows) {
    const now = card(row);
    const m = make(row);
    // What stands behind a value begins a statement.
    if (!now) out.push(m.replace(/\+'"'$/, `;J.out+='"'`));
    else {
      const none = `"${row.name}":${bare(row, now.none)}`;
      const same = before && !before.all && !now.all && before.n === now.n;
      if (same) Object.assign(before, { some: append(before.some, m), none: `${before.none},${none}` });
      else out.push((before = { ...now, some: `'${m}`, none }));
    }
    if (!now) before = undefined;
  }
  return out.map((m) => (typeof m === 'string' ? m : `'+(C[${m.n}]?${m.some}:'${m.none}')`));
}

/** What a member takes, as CHUNK counts. */
const weigh = (m) =>
  COSTS.reduce(
    (sum, [what, cost]) => sum + (m.match(what) ?? []).length * cost,
    MEMBER + m.length * CHARACTER,
  );

/** Chunks of all members: each stands in the first that has room for it. One part at most for a chunk. */
function chunks(all, most) {
  const out = [];
  for (const m of all) {
    const [, part = ''] = /c\.f\.part\("(\w+)"\)/.exec(m) ?? [];
    const weight = weigh(m);
    const one = out.find((x) => x.size + weight <= most && !(x.part && part));
    if (one) Object.assign(one, { size: one.size + weight, text: add(one.text, m), part: one.part || part });
    else
      out.push({
        size: weight + (out.length ? 0 : BEGIN),
        text: adds(out.length ? ',' : '{', m),
        part,
      });
  }
  const texts = out.map(({ text, part }) => (part ? `"${part}";${text}` : text));
  return [...texts.slice(0, -1), `${texts.at(-1)};J.out+='}'`];
}

/** The whole status. */
function status(rows) {
  const texts = spoken(rows);
  const all = rows.filter((r) => expression(r) && shown(r));
  const loads = (r) => expression(r).includes('c.f.part(');
  return chunks(
    members(
      // A chunk for one that needs a part leaves the chunk before it short: they come last.
      [...all.filter((r) => !loads(r)), ...all.filter(loads)],
      (r) => member(r, texts),
      (_, v) => JSON.stringify(v),
    ),
    CHUNK,
  );
}

/** The object of version 1. */
const first = (rows, old) =>
  chunks(
    members(old, older(rows), (r, v) => (r.t ? JSON.stringify(v) : `"${v}"`)),
    OLD,
  );

/**
 * `rows`: objects with name, t, f, lo, hi, def, unit, ocpp and the expressions get and set as text; `old`: those of version 1,
 * with name, t and get.
 */
export function pack(rows, old) {
  const names = rows.flatMap((r) => (r.ocpp ? [r.name, r.ocpp] : [r.name]));
  if (new Set(names).size !== names.length) throw new Error('keys: a name is used twice');
  const { m, shift } = slots(names);
  const table = Array(m).fill(NONE + NONE);
  const body = [];
  let at = HEAD + SHIFTS + m * SLOT;
  const put = (text) => {
    const p = place(at, Buffer.byteLength(text));
    body.push(pad(text));
    at += Buffer.byteLength(body.at(-1));
    return p;
  };
  /** Texts of which each holds the place of the next: `more` = bytes that this adds, known before the places are. */
  const chain = (all, more, join) => {
    let next = at;
    const places = all.map((t, i) => {
      const length = Buffer.byteLength(t) + more(i + 1 === all.length);
      const p = place(next, length);
      next += (length + 3) & ~3;
      return p;
    });
    all.forEach((t, i) => put(join(t, places[i + 1] ?? '', i)));
    return places;
  };
  const values = rows.map((r) => (expression(r) ? put(value(r)) : ''));
  const code = (all) =>
    chain(
      all.map((t) => `${t};return"`),
      (last) => (last ? 1 : 9),
      (t, next) => `${t}${next}"`,
    )[0];
  const chunk = code(status(rows));
  const version1 = old.length ? code(first(rows, old)) : NONE;
  const docs = new Map(rows.map((r) => [r, put(JSON.stringify(r.doc ?? ''))]));
  const of = (mark) => rows.filter((r) => has(r, mark));
  const defaults = put(JSON.stringify(Object.fromEntries(of('k').map((r) => [r.name, r.def ?? null]))));
  const kept = put(
    of('p')
      .map((r) => r.name)
      .join(','),
  );
  const texts = rows.map((r, i) =>
    JSON.stringify([
      r.name,
      r.t,
      r.f ?? '',
      r.lo ?? null,
      r.hi ?? null,
      r.def ?? null,
      r.unit ?? '',
      r.ocpp ?? '',
      values[i],
      r.set ?? '',
    ]),
  );
  const places = chain(
    texts,
    (last) => (last ? 14 : 22),
    (t, next, i) => `${t.slice(0, -1)},"${next}","${docs.get(rows[i])}"]`,
  );
  rows.forEach((r, i) => {
    for (const n of r.ocpp ? [r.name, r.ocpp] : [r.name])
      table[(hash(n) + shift[hash(n) & 255]) % m] = places[i] + (values[i] || NONE);
  });
  const ocpp = put(
    rows
      .filter((r) => r.ocpp)
      .map((r) => r.ocpp)
      .join(','),
  );
  const all = rows.map((r, i) => [r, values[i]]).filter(([r, v]) => v && shown(r));
  const kinds = [0, 1, 2].map((n) => all.filter(([r]) => kind(r) === n).map(([, v]) => v));
  const list = put(kinds.flat().join(''));
  const hex = (n, digits) => n.toString(16).padStart(digits, '0');
  const counts = hex(kinds[0].length, 4) + hex(kinds[0].length + kinds[1].length, 4);
  const head = [hex(m, 8), places[0], ocpp, chunk, list, counts, defaults, kept, version1].join('');
  return head.padEnd(HEAD) + String.fromCharCode(...shift) + table.join('') + body.join('');
}
