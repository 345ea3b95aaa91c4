// The script of the charger's page: listens to the charger or reads keys gently, shows them, writes what the user changes, and
// says plainly when the charger is out of reach or wants a password.

import { DE, EN } from './texts.js';
import { plot, note } from './plot.js';
import {
  LIVE,
  SLOW,
  clock,
  fields,
  hhmm,
  move,
  ocpp,
  only,
  part,
  phases,
  put,
  range,
  story,
  trouble,
} from './words.js';

/** Between two polls; after a failure the pause grows up to the last; ms. */
const PACE = 1500;
const PAUSES = [1000, 2000, 5000, 10000];
/** A request without an answer. */
const PATIENCE = 6000;
/** Polls between two looks at what rarely changes; and until the next attempt to listen, when the stream has come to an end. */
const RARE = 12;
const DEAF = 40;
/** The charger says something every 5 s; after this silence it is out of reach, ms. */
const SILENCE = 12000;
/** A list of networks that is younger is that of the search just made, ms. */
const FRESH = 10000;
/** Bytes of an update that are sent at once. */
const PIECE = 1024;
/** What the user has just changed is left alone for so long, ms. */
const HANDS = 4000;

const $ = (id) => document.getElementById(id);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

/** Texts in force, what is known of the charger, and of it what each poll brought. */
let t = EN;
const s = {};

// Language

const say = (name, ...values) => values.reduce((text, v, i) => text.replace(`{${i}}`, v), t[name]);
const number = (v, digits = 0) =>
  Number(v).toLocaleString(document.documentElement.lang, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });

function keep(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(name);
    localStorage.setItem(name, value);
  } catch {
    return null;
  }
}

function speak(lang) {
  t = lang === 'de' ? DE : EN;
  document.documentElement.lang = lang;
  for (const e of all('[data-t]')) e.textContent = t[e.dataset.t];
  $('lang').textContent = t.other;
  $('lang').lang = lang === 'de' ? 'en' : 'de';
  days();
  zones();
}

// Requests

/** Password of the charger, if it has one; `user` is what its owner is called there. */
let secret = sessionStorage.getItem('secret') ?? '';
let asking;
/** The user would not tell it: nothing that goes on by itself asks again. */
let refused = false;

function know(word) {
  secret = word;
  refused = false;
  sessionStorage.setItem('secret', word);
}

/** Asks for the password. */
function unlock() {
  $('wrong').hidden = !secret;
  asking ??= new Promise((resolve) => {
    $('ask').onclose = () => {
      know($('secret').value);
      $('secret').form.reset();
      asking = undefined;
      refused = $('ask').returnValue !== 'ok';
      resolve();
    };
    $('ask').returnValue = '';
    $('ask').showModal();
  });
  return asking;
}

/** A request; one with a body is a POST. `quiet`: nobody has asked for it just now. */
async function ask(path, o = {}) {
  const { body, signal, patience = PATIENCE } = o;
  const headers = secret
    ? { Authorization: 'Basic ' + btoa(unescape(encodeURIComponent(`admin:${secret}`))) }
    : {};
  const method = body ? 'POST' : 'GET';
  const until = signal ?? AbortSignal.timeout(patience);
  const r = await fetch(path, { method, body, headers, credentials: 'omit', signal: until });
  if (r.status !== 401) return r;
  if (!o.quiet || !refused) await unlock();
  if (refused) throw new Error(t.askTitle);
  return ask(path, o);
}

/** What to say when a request came to nothing. */
const silence = () => (refused ? t.askTitle : t.never);

const read = async (keys) => (await ask(`/api/status?filter=${keys}`, { quiet: true })).json();

/** Writes keys; the charger's own words when it refuses one. */
async function write(values, how = 'done') {
  const query = Object.entries(values)
    .map(([k, v]) => `${k}=${encodeURIComponent(typeof v === 'string' ? v : JSON.stringify(v))}`)
    .join('&');
  try {
    const answer = await (await ask(`/api/set?${query}`)).json();
    const bad = Object.values(answer).filter((v) => v !== true);
    toast(bad.length ? say('refused', bad.join('; ')) : (t[how] ?? how), bad.length);
    if (bad.length) touched.clear();
    refresh();
    return !bad.length;
  } catch {
    toast(silence(), true);
    return false;
  }
}

let fading = 0;
function toast(text, bad) {
  $('toast').textContent = text;
  $('toast').className = bad ? 'bad' : '';
  $('toast').hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => ($('toast').hidden = true), bad ? 8000 : 2500);
}

// Fields

/** How a field's value reads and writes: [to the field, to the key]. */
const AS = {
  int: [(v) => v, (e) => Number(e.value)],
  text: [(v) => v, (e) => e.value],
  time: [
    (v) => hhmm({ hour: Math.floor(v / 3600), minute: Math.floor(v / 60) % 60 }),
    (e) => Number(e.value.slice(0, 2)) * 3600 + Number(e.value.slice(3, 5)) * 60,
  ],
  kwh: [(v) => (v === null ? '' : v / 1000), (e) => (e.value === '' ? null : Math.round(e.value * 1000))],
};

/** Fields under the user's hands, and since when. */
const touched = new Map();
const held = (key) => Date.now() - (touched.get(key) ?? -HANDS) < HANDS;

function fill() {
  for (const e of all('[data-key]')) {
    const v = s[e.dataset.key];
    if (
      v === undefined ||
      held(e.dataset.key) ||
      (e === document.activeElement && e.type !== 'range' && e.type !== 'radio')
    )
      continue;
    if (e.type === 'radio') e.checked = String(v) === e.value;
    else e.value = AS[e.dataset.as][0](v);
  }
  // The trip's own fields only in its mode.
  s.trip = s.lmo === 5 || undefined;
  for (const e of all('[data-need]')) e.hidden = s[e.dataset.need] === undefined;
}

document.addEventListener('input', (event) => {
  const e = event.target;
  if (e.dataset.key) touched.set(e.dataset.key, Date.now());
  if (e.id === 'amp') value('amp', `${e.value} A`);
});

document.addEventListener('change', (event) => {
  const e = event.target;
  if (!e.dataset.key || !e.checkValidity()) return;
  touched.set(e.dataset.key, Date.now());
  void write({ [e.dataset.key]: AS[e.dataset.as][1](e) });
});

/** A password is seen while its owner wants to see it: one that was mistyped locks out who has set it. */
for (const e of all('[type=password]')) {
  const b = make('button', t.show, { type: 'button', className: 'quiet' });
  const show = (on) => {
    e.type = on ? 'text' : 'password';
    b.setAttribute('aria-pressed', on);
  };
  b.dataset.t = 'show';
  b.onclick = () => show(e.type === 'password');
  e.form.addEventListener('reset', () => show(false));
  show(false);
  e.parentElement.after(b);
}

// What is shown

function value(name, text) {
  for (const e of all(`[data-v=${name}]`)) if (e.textContent !== text) e.textContent = text;
}

function text(e, words) {
  if (e.textContent !== words) e.textContent = words;
}

function make(tag, words, more = {}) {
  return Object.assign(document.createElement(tag), { textContent: words }, more);
}

/** An arc of no length would show as a dot. */
function arc(id, share) {
  $(id).style.strokeDasharray = `${share} 200`;
  $(id).style.visibility = share > 0.5 ? '' : 'hidden';
}

function hero() {
  const { headline, hint, mood } = story(t, s);
  document.body.dataset.state = mood;
  text($('headline'), headline);
  text($('hint'), hint);
  const m = move(t, s);
  $('act').hidden = !m;
  if (m) {
    text($('act'), m.text);
    $('act').className = m.main ? 'main' : '';
    $('act').onclick = () => void write(m.set, '');
  }
  const power = s.nrg[11];
  value('power', number(power / 1000, power < 10000 ? 2 : 1));
  value(
    'offered',
    !s.acu ? t.nothing : phases(s) > 1 ? say('offeredPhases', s.acu, 3) : say('offeredAmps', s.acu),
  );
  value('session', `${number(s.wh / 1000, 2)} kWh`);
  value('duration', s.cdi ? clock(s.cdi.value) : '–');
  value('total', `${number(s.eto / 1000, s.eto < 100000 ? 1 : 0)} kWh`);
  const most = s.ama * 230 * 3;
  const share = (w) => Math.min(100, Math.max(0, (100 * w) / most));
  arc('flow', share(power));
  arc('offer', share((s.acu || 0) * 230 * phases(s)));
}

function lines() {
  const rows = $('lines');
  if (!rows.children.length) for (let i = 1; i < 4; i++) rows.append(make('tr', ''));
  for (let i = 0; i < 3; i++) {
    const row = rows.children[i];
    if (!row.children.length) {
      row.append(make('th', `L${i + 1}`, { scope: 'row' }));
      for (let n = 0; n < 3; n++) row.append(make('td', ''));
    }
    const [, a, v, w] = row.children;
    text(a, `${number(s.nrg[4 + i], 1)} A`);
    text(v, `${number(s.nrg[i])} V`);
    text(w, `${number(s.nrg[7 + i])} W`);
    row.classList.toggle('idle', !(s.nrg[4 + i] > 0.1));
  }
}

function paint() {
  if (!s.nrg) return;
  value('name', s.fna);
  document.title = `${s.fna} · ${$('headline').textContent}`;
  $('amp').max = s.ama;
  fill();
  if (!held('amp')) value('amp', `${s.amp} A`);
  hero();
  lines();
  plot($('plot'), t, number);
  central();
  for (const d of all('details[open]')) SHOW[d.id]?.();
  value('sse', String(s.sse ?? ''));
  // Before it is set the clock counts from 1970.
  if (s.loc) value('clock', s.loc < '2000' ? t.noClock : s.loc.slice(0, 16).replace('T', ' '));
}

// Sections

/** What a section shows beside its fields, by its id. */
const SHOW = { cards, wifi, device };

/** A list of names with a button each. */
function list(e, items, none, take) {
  const mark = JSON.stringify([items, t.remove]);
  if (e.dataset.mark === mark) return;
  e.dataset.mark = mark;
  e.replaceChildren(
    ...(items.length ? items : [[none]]).map(([name, more], i) => {
      const row = make('li', '');
      row.append(make('span', name), make('small', more ?? ''));
      if (items.length) {
        const b = make('button', t.remove, { type: 'button', onclick: () => take(i) });
        b.setAttribute('aria-label', `${t.remove}: ${name}`);
        row.append(b);
      }
      return row;
    }),
  );
}

function cards() {
  if (!s.cards) return;
  const used = s.cards.map((c, i) => [c, i]).filter(([c]) => c.cardId);
  list(
    $('list'),
    used.map(([c]) => [c.name, `${number(c.energy / 1000, 1)} kWh`]),
    t.noCards,
    (n) => confirm(say('removeCard', used[n][0].name)) && void write({ del: used[n][1] }),
  );
  $('learn').hidden = !s.rde;
  $('teach').hidden = s.rde;
  const id = $('learn').elements.id;
  if (s.lri && s.lri !== id.dataset.seen && id !== document.activeElement) id.value = s.lri;
  id.dataset.seen = s.lri ?? '';
}

/** Card numbers can be read only as long as one is being added. */
$('teach').onclick = () => void write({ rde: true }, '');
$('unteach').onclick = () => void write({ rde: false }, '');
$('learn').onsubmit = async (event) => {
  event.preventDefault();
  const { id, name } = event.target.elements;
  const free = s.cards.findIndex((c) => !c.cardId);
  if (free < 0) return toast(t.noRoom, true);
  const card = { cardId: id.value.trim(), name: name.value };
  if (await write({ cards: only(free, card), rde: false })) event.target.reset();
};

/** The form of the central system is sent as a whole: what the user types stays until then. */
function central() {
  const at = ocpp(s);
  text($('ocppState'), [t.ocppOff, t.ocppWait, t.ocppOpen, t.ocppUp][at]);
  $('ocppState').className = `pill ${at === 3 ? 'good' : at ? 'bad' : ''}`;
  if (!$('ocpp').open || s.ocppu === undefined) return;
  const { ocppu, ocppe } = $('central').elements;
  if (!$('central').dataset.dirty) {
    ocppu.value = s.ocppu;
    ocppe.checked = s.ocppe;
  }
  const mark = at + t.other;
  if ($('steps').dataset.mark !== mark) {
    $('steps').dataset.mark = mark;
    $('steps').replaceChildren(
      ...[1, 2, 3].map((n) => make('li', t[`step${n}`], { className: at >= n ? 'yes' : '' })),
    );
  }
  text($('ocppError'), s.ocpple ? say('ocppError', trouble(t, s.ocpple), clock(s.rbt - s.ocpplea)) : '');
}

$('central').oninput = () => ($('central').dataset.dirty = '1');
$('central').onsubmit = async (event) => {
  event.preventDefault();
  const { ocppu, ocppak, ocppe } = event.target.elements;
  const own = ocppak.value && { ocppak: ocppak.value };
  if (!(await write({ ocppu: ocppu.value.trim(), ...own, ocppe: ocppe.checked }))) return;
  ocppak.value = '';
  delete $('central').dataset.dirty;
};

const strength = (dbm) => (dbm > -60 ? t.good : dbm > -75 ? t.fair : t.weak);

function wifi() {
  if (!s.wifis) return;
  offer();
  const signal = s.rssi ? ' ' + say('signal', s.rssi, strength(s.rssi)) : '';
  text(
    $('air'),
    s.ccw ? say('airUp', s.ccw.ssid, s.ccw.ip) + signal : [t.airDown, s.wsm].filter(Boolean).join(' '),
  );
  list(
    $('networks'),
    s.wifis.map((w) => [w.ssid]),
    t.noNets,
    (n) => confirm(say('removeNet', s.wifis[n].ssid)) && void write({ wifis: put(s.wifis, n, { ssid: '' }) }),
  );
}

/** Networks in the air, as the charger has heard them. */
let nets = [];

/** What fits to the network that is picked: a name where it is another one, a password where it has one. */
function suit() {
  const { pick, ssid, key } = $('join').elements;
  const show = (e, on) => {
    e.disabled = !on;
    e.closest('label').hidden = !on;
  };
  show(pick, nets.length);
  show(ssid, !pick.value);
  show(key, nets.find((w) => w.ssid === pick.value)?.encryptionType !== 0);
}

/** The networks to pick from; who has typed a name goes on with it. */
function offer() {
  const { pick, ssid } = $('join').elements;
  const mark = JSON.stringify([nets, t.other]);
  if (pick.dataset.mark === mark) return;
  pick.dataset.mark = mark;
  const last = pick.value;
  const other = ssid.value || (pick.length > 1 && !last);
  pick.replaceChildren(
    ...nets.map((w) =>
      make('option', `${w.ssid}${w.encryptionType ? ' 🔒' : ''} · ${strength(w.rssi)}`, { value: w.ssid }),
    ),
    make('option', t.ssidOther, { value: '' }),
  );
  const kept = nets.find((w) => w.ssid === last) ?? nets[0];
  pick.value = other || !kept ? '' : kept.ssid;
  suit();
}

/** Reading begins a search, 2 s; while it listens elsewhere the charger may miss a request. None while it charges. */
async function seek() {
  const b = $('seek');
  if (b.disabled) return;
  b.disabled = true;
  for (let i = 0; i < 5; i++) {
    text(b, t.seeking);
    const { scan, scaa } = await read('scan,scaa').catch(() => ({}));
    if (scan?.length) nets = scan;
    offer();
    if (scaa < FRESH && scaa !== null) break;
    await new Promise((go) => setTimeout(go, PACE));
  }
  b.disabled = false;
  text(b, t.seek);
}
$('seek').onclick = seek;
$('join').onchange = suit;

/** A network that is known gets its new password, another one the next place, or the last. */
$('join').onsubmit = async (event) => {
  event.preventDefault();
  const { elements } = event.target;
  const ssid = elements.pick.value || elements.ssid.value;
  const key = elements.key.disabled ? '' : elements.key.value;
  const known = s.wifis.findIndex((w) => w.ssid === ssid);
  const place = known < 0 ? Math.min(s.wifis.length, 2) : known;
  if (!(await write({ wifis: put(s.wifis, place, { ssid, key }) }, say('joining', ssid, s.host)))) return;
  event.target.reset();
  suit();
};

/** Version that was shown last. */
let version;

function device() {
  if (!s.tma) return;
  if (version && version !== s.pwv) toast(say('updated', s.pwv));
  version = s.pwv;
  value('version', `${s.pwv} (API ${s.fwv}, ${s.mod})`);
  value('uptime', say('boots', clock(s.rbt), s.rbc));
  value('temperature', s.tma.map((c) => `${number(c)} °C`).join(' · '));
}

$('setclock').onclick = () => void write({ utc: new Date().toISOString().slice(0, 19) });
$('restart').onclick = () => confirm(t.restartAsk) && void write({ rst: 1 });

$('lock').onsubmit = async (event) => {
  event.preventDefault();
  const { word } = event.target.elements;
  if (!(await write({ hak: word.value }))) return;
  know(word.value);
  event.target.reset();
  if ($('shell').open) void type('help');
};

/** Sends a piece of an update; the charger's own words when it refuses. */
async function send(where, body) {
  const r = await ask(`/update/${where}`, { body, patience: 4 * PATIENCE });
  if (!r.ok) throw new Error((await r.json()).error);
}

$('update').onchange = async (event) => {
  const e = event.target;
  const [file] = e.files;
  e.value = '';
  if (!file || !confirm(say('updateAsk', file.name))) return;
  e.disabled = true;
  try {
    for (let at = 0; at < file.size; at += PIECE) {
      text($('progress'), say('updateAt', Math.floor((100 * at) / file.size)));
      await send(at, await file.slice(at, at + PIECE).arrayBuffer());
    }
    await send('end', '-');
    toast(t.updateDone);
  } catch (x) {
    toast(say('refused', x.message), true);
  }
  e.disabled = false;
  text($('progress'), t.updateHint);
};

/** Offsets of zones in minutes that are no full hours. */
const ODD = [-570, -210, 210, 270, 330, 345, 390, 570, 630];

function zones() {
  const hours = [...Array(27).keys()].map((n) => n * 60 - 720);
  const name = (m) =>
    `UTC${m < 0 ? '−' : '+'}${Math.floor(Math.abs(m) / 60)}${m % 60 ? `:${Math.abs(m % 60)}` : ''}`;
  const all = [...hours, ...ODD].sort((a, b) => a - b);
  $('zone').replaceChildren(...all.map((value) => make('option', name(value), { value })));
}

// Schedule

const DAYS = ['sch_week', 'sch_satur', 'sch_sund'];

function time(name, i, which) {
  const e = make('input', '', {
    type: 'time',
    name: `${name}.${i}.${which}`,
    onchange: () => schedule(name),
  });
  e.setAttribute('aria-label', `${t[name]}, ${t[which]} (${i + 1})`);
  return e;
}

function days() {
  $('days').replaceChildren(
    ...DAYS.map((name) => {
      const row = make('div', '', { className: 'day', id: name });
      const label = make('label', '', { className: 'row' });
      const how = make('select', '', { name, onchange: () => schedule(name) });
      how.append(...[0, 1, 2].map((n) => make('option', t[`sch${n}`], { value: n })));
      label.append(make('span', t[name]), how);
      row.append(label);
      for (let i = 0; i < 2; i++) {
        const range = make('p', '', { className: 'range' });
        range.append(time(name, i, 'from'), make('span', '–'), time(name, i, 'to'));
        row.append(range);
      }
      return row;
    }),
  );
}

function schedules() {
  for (const name of DAYS) {
    const row = $(name);
    const x = s[name];
    row.hidden = !x;
    if (!x || row.dataset.dirty || held(name) || row.contains(document.activeElement)) continue;
    row.querySelector('select').value = x.control;
    for (const [i, r] of all('.range', row).entries()) {
      r.hidden = !x.control;
      const times = x.ranges[i] ? fields(x.ranges[i]) : ['', ''];
      for (const [n, e] of all('input', r).entries()) e.value = times[n];
    }
  }
}

/** Sends a day when both ends of a range are there. */
function schedule(name) {
  touched.set(name, Date.now());
  const control = Number($(name).querySelector('select').value);
  const times = all('.range', $(name)).map((r) => all('input', r).map((e) => e.value));
  for (const r of all('.range', $(name))) r.hidden = !control;
  // Half a range waits for its other end, and is not overwritten meanwhile.
  if (times.some(([a, b]) => !a !== !b)) return void ($(name).dataset.dirty = '1');
  delete $(name).dataset.dirty;
  // More than two ranges are left as they are.
  const more = s[name].ranges.slice(2);
  const ranges = times.filter(([a]) => a).map(range);
  void write({ [name]: { control, ranges: [...ranges, ...more] } });
}

// Log

let report = '';
async function load() {
  text($('log'), '…');
  try {
    report = await (await ask('/report')).text();
    text($('log'), part(report, 'log'));
  } catch {
    text($('log'), silence());
  }
  $('log').scrollTop = $('log').scrollHeight;
}

async function download(name, of) {
  await load();
  const a = make('a', '', { href: URL.createObjectURL(new Blob([of(report)], { type: 'text/plain' })) });
  a.download = `${s.host ?? 'pilotwire'}-${name}.txt`;
  a.click();
  URL.revokeObjectURL(a.href);
}

// Console

const WORDS = 'help status get set keys log trace wifi ocpp meter card fault selftest reboot factoryReset';
/** Characters of it that are kept. */
const PAPER = 30000;
/** Lines that were typed, and the one that the arrows have called back. */
const typed = [];
let back = 0;

/** Sends a line. Its refusal is the one sign that the charger has no password. */
async function type(line) {
  try {
    const r = await ask('/console', { body: line });
    $('unset').hidden = r.status !== 403;
    $('type').hidden = $('said').hidden = r.status === 403;
    if (r.status === 403) return;
    const answer = r.ok ? await r.text() : (await r.json()).error;
    text($('said'), `${$('said').textContent}> ${line}\n${answer.trim()}\n\n`.slice(-PAPER));
    $('said').scrollTop = $('said').scrollHeight;
  } catch {
    toast(silence(), true);
  }
}

$('words').append(...WORDS.split(' ').map((value) => make('option', '', { value })));
$('type').onsubmit = (event) => {
  event.preventDefault();
  const { line } = event.target.elements;
  back = typed.push(line.value);
  void type(line.value);
  line.value = '';
};
$('type').onkeydown = (event) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const line = typed[back + step];
  if (line === undefined) return;
  event.preventDefault();
  back += step;
  event.target.value = line;
};
$('toLock').onclick = () => {
  $('device').open = true;
  $('lock').elements.word.focus();
};

$('reload').onclick = () => void load();
$('trace').onclick = () => void download('trace', (r) => part(r, 'trace') + '\n');
$('report').onclick = () => void download('report', (r) => r);

// Listening, and polling where that is not to be had

let timer = 0;
let busy = false;
let rare = 0;
let misses = 0;
let heard = 0;
/** The stream that is open, and polls until the next attempt to open one. */
let stream;
let deaf = 0;

/** Keys that are wanted: the live ones, those of open sections, and where asked for the rest. */
const wanted = (more) =>
  [LIVE, ...(more ? [SLOW] : []), ...all('details[open][data-keys]').map((d) => d.dataset.keys)].join(',');

function lost() {
  misses++;
  text($('link'), t.trying);
  $('link').className = 'pill bad';
  $('lost').hidden = misses < 2;
  text(
    $('lost'),
    heard && !refused
      ? say('lost', new Date(heard).toLocaleTimeString(document.documentElement.lang))
      : silence(),
  );
  document.body.classList.toggle('stale', misses > 1);
}

function found() {
  misses = 0;
  heard = Date.now();
  text($('link'), t.online);
  $('link').className = 'pill good';
  $('lost').hidden = true;
  document.body.classList.remove('stale');
}

function show() {
  if (!s.nrg) return;
  note(s, Date.now());
  paint();
  schedules();
}

/** One stream from its beginning to its end; true = it was open, and nothing but this page has ended it. */
async function listen() {
  const own = new AbortController();
  let silent = false;
  let open = false;
  let clock;
  const wait = (ms) => {
    clearTimeout(clock);
    clock = setTimeout(() => own.abort((silent = true)), ms);
  };
  wait(PATIENCE);
  stream = own;
  try {
    const r = await ask(`/api/events?filter=${wanted(true)}`, { signal: own.signal, quiet: true });
    const reader = r.ok && r.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ''; reader;) {
      const { done, value } = await reader.read();
      if (done) break;
      wait(SILENCE);
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop();
      for (const b of blocks) {
        const at = b.indexOf('data: ');
        if (at >= 0) Object.assign(s, JSON.parse(b.slice(at + 6)));
      }
      open ||= blocks.length > 0;
      found();
      if (blocks.length) show();
    }
  } catch {
    // Ended by hand, by silence, or by the other side: the poll that follows tells.
  }
  clearTimeout(clock);
  if (silent) lost();
  stream = undefined;
  const ours = own.signal.aborted && !silent;
  // Its place may have gone to somebody else: who came straight back would take it away from the next one.
  if (!ours) deaf = open ? DEAF : RARE;
  return ours;
}

async function poll() {
  const keys = wanted(rare-- <= 0);
  if (rare < 0) rare = RARE;
  try {
    Object.assign(s, await read(keys));
    found();
    show();
  } catch {
    rare = 0;
    lost();
  }
}

async function run() {
  if (busy || document.hidden) return;
  busy = true;
  clearTimeout(timer);
  const again = deaf-- > 0 || misses ? false : await listen();
  if (!again) await poll();
  busy = false;
  timer = setTimeout(run, again ? 0 : misses ? PAUSES[Math.min(misses, PAUSES.length) - 1] : PACE);
}

/** Something was written: a stream tells what came of it. */
function refresh() {
  rare = 0;
  if (stream) show();
  else void run();
}

/** Other keys are wanted, or none. */
function change() {
  rare = 0;
  if (stream) stream.abort();
  else void run();
}

// The plot goes on while nothing changes.
setInterval(() => stream && Date.now() - heard < SILENCE && show(), PACE);

for (const d of all('details'))
  d.addEventListener('toggle', () => {
    if (!d.open) return;
    if (d.id === 'journal') void load();
    else if (d.id === 'shell') void ($('said').textContent || type('help'));
    else change();
    if (d.id === 'wifi') void seek();
  });
$('lang').onclick = () => {
  const lang = t === DE ? 'en' : 'de';
  keep('lang', lang);
  speak(lang);
  paint();
  schedules();
  if (!misses) text($('link'), heard ? t.online : '');
};
document.addEventListener('visibilitychange', change);
speak(keep('lang') ?? (navigator.language.startsWith('de') ? 'de' : 'en'));
void run();
// Who comes over the access point is there to tell the network.
read('wap,wst').then(
  (r) => {
    if (!r.wap || r.wst === 3) return;
    $('wifi').open = true;
    $('wifi').scrollIntoView();
  },
  () => {},
);
