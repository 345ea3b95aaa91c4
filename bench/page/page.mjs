// The script of the bench's page: shows snapshots, sends what the elements say, reads the console and the OCPP frames.

/** Ready-made calls: [title, action, payload]. `TX` stands for the id of the last transaction. */
export const EXAMPLES = [
  ['Read the configuration', 'GetConfiguration', {}],
  ['Read two keys', 'GetConfiguration', { key: ['HeartbeatInterval', 'MeterValueSampleInterval'] }],
  ['Meter values every 10 s', 'ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '10' }],
  ['Start from afar', 'RemoteStartTransaction', { connectorId: 1, idTag: 'REMOTE1' }],
  ['Start with a tag that is refused', 'RemoteStartTransaction', { connectorId: 1, idTag: 'INVALID1' }],
  ['Stop the transaction', 'RemoteStopTransaction', { transactionId: 'TX' }],
  ['Ask for the status', 'TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 1 }],
  ['Ask for meter values', 'TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 1 }],
  ['Take out of service', 'ChangeAvailability', { connectorId: 1, type: 'Inoperative' }],
  ['Back into service', 'ChangeAvailability', { connectorId: 1, type: 'Operative' }],
  ['Unlock the connector', 'UnlockConnector', { connectorId: 1 }],
  [
    'Limit to 10 A',
    'SetChargingProfile',
    {
      connectorId: 1,
      csChargingProfiles: {
        chargingProfileId: 1,
        stackLevel: 0,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Relative',
        chargingSchedule: {
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }],
        },
      },
    },
  ],
  ['What the limits come to', 'GetCompositeSchedule', { connectorId: 1, duration: 3600 }],
  ['Remove all limits', 'ClearChargingProfile', {}],
  [
    'Reserve for a card',
    'ReserveNow',
    { connectorId: 1, reservationId: 1, idTag: '04A1B2C3D4E5F6', expiryDate: '2099-01-01T00:00:00Z' },
  ],
  ['Cancel the reservation', 'CancelReservation', { reservationId: 1 }],
  [
    'Put a card on the local list',
    'SendLocalList',
    {
      listVersion: 1,
      updateType: 'Full',
      localAuthorizationList: [{ idTag: '04A1B2C3D4E5F6', idTagInfo: { status: 'Accepted' } }],
    },
  ],
  ['Version of the local list', 'GetLocalListVersion', {}],
  ['Clear the cache', 'ClearCache', {}],
  ['Something of a vendor', 'DataTransfer', { vendorId: 'example', data: 'hello' }],
  ['Restart gently', 'Reset', { type: 'Soft' }],
  ['Restart hard', 'Reset', { type: 'Hard' }],
  ['A call that breaks the schema', 'Reset', { type: 'Lukewarm' }],
];

/** Request body of form fields `{name, type, value, checked, number}`: an empty number is left out, several of one name are a list. */
export function body(fields) {
  const out = {};
  for (const f of fields) {
    const number = f.number || f.type === 'number' || f.type === 'range';
    if (number && f.value === '') continue;
    const value = f.type === 'checkbox' ? f.checked : number ? Number(f.value) : f.value;
    const list = fields.filter((other) => other.name === f.name).length > 1;
    out[f.name] = list ? [...(out[f.name] ?? []), value] : value;
  }
  return out;
}

/** A that a pilot offers, IEC 61851-1 table A.8. */
export function offer({ mode, duty }) {
  if (mode !== 'pwm' || duty < 8 || duty > 97) return 0;
  return duty < 10 ? 6 : duty <= 85 ? duty * 0.6 : Math.min((duty - 64) * 2.5, 80);
}

/** State as IEC 61851-1 names it: what the car shows, and whether current is offered. */
export function letter({ mode, high }) {
  if (mode === 'low') return 'F';
  const level = ['E', 'D', 'C', 'B', 'A'][[1.5, 4.5, 7.5, 10.5].filter((v) => high >= v).length];
  return level === 'E' ? 'E' : level + (mode === 'pwm' ? 2 : 1);
}

/** What goes on, in words, and the names of the moves that come next. */
export function story(s) {
  const state = letter(s.pilot);
  const { car, contactor } = s;
  const flows = car.drawing.some((a) => a > 0);
  if (!s.t) return ['No power', 'The controller is without supply. It boots by itself when power is back.'];
  if (s.faults.length)
    return [`${state} · Fault`, `Set on this page: ${s.faults.join(', ')}.`, 'mend', 'unplug'];
  if (!s.mains.present)
    return [`${state} · No grid`, 'The car gets nothing until the grid is back.', 'grid', 'unplug'];
  if (contactor.closed && car.state === 'unplugged')
    return [`${state} · Closed without a car`, 'The contactor is closed though nothing is plugged in.'];
  if (flows)
    return [
      `${state} · Charging`,
      'The card that began ends it; the car may be full, too.',
      'tap',
      'full',
      'unplug',
    ];
  if (car.state === 'unplugged')
    return ['A · No car', 'Plug in a car that wants energy. The pilot falls to 9 V.', 'plug'];
  if (car.state === 'E')
    return ['E · Pilot shorted', 'The car holds the pilot to earth. Unplug it.', 'unplug'];
  if (car.state === 'B')
    return [`${state} · Plugged in`, 'The car is there and wants nothing now.', 'want', 'unplug'];
  if (s.pilot.mode === 'pwm')
    return [`${state} · Offered`, 'Current is on offer; the car takes it in a moment.', 'tap', 'unplug'];
  return [
    `${state} · Waiting`,
    'The car wants energy but nothing is offered. A card may be missing: tap one.',
    'tap',
    'unplug',
  ];
}

const fixed = (n, digits) => Number(n).toFixed(digits);
const two = (n) => String(Math.floor(n)).padStart(2, '0');
const clock = (ms) => `${two(ms / 3600000)}:${two((ms / 60000) % 60)}:${two((ms / 1000) % 60)}`;
const wh = (n) => (n >= 10000 ? `${fixed(n / 1000, 2)} kWh` : `${fixed(n, 1)} Wh`);
const kb = (n) => `${Math.round(n / 1024)} kB`;

/** How a field of the snapshot is shown. */
const AS = {
  wh,
  time: clock,
  ms: (n) => (n === null ? 'never' : n > 9999 ? `${fixed(n / 1000, 1)} s` : `${n} ms`),
  volts: (n) => `${fixed(n, 2)} V`,
  percent: (n) => `${fixed(n, 1)} %`,
  times: (n) => (n === 1 ? 'once' : `${n} times`),
  mode: (m) => ({ high: 'steady', pwm: 'PWM', low: 'steady, low' })[m],
  offer: (p) => (offer(p) ? `${fixed(offer(p), 1)} A` : 'nothing'),
  amps: (list) => list.map((a) => fixed(a, 1)).join('   ') + ' A',
  power: (list, s) => `${fixed(list.reduce((w, a, k) => w + a * s.mains.volts[k], 0) / 1000, 2)} kW`,
  grid: (v, s) => (s.mains.present ? `${Math.round(Math.max(...v))} V` : 'off'),
  car: (c) => (c.drawing.some((a) => a) ? `${fixed(Math.max(...c.drawing), 1)} A` : `car ${c.state}`),
  contactor: (c) =>
    (c.closed ? `closed, ${c.phases} ph` : 'open') +
    (c.welded ? ', welded' : '') +
    (c.commanded === c.closed ? '' : c.commanded ? ', told to close' : ', told to open'),
  lock: (l) => (l.locked ? 'locked' : 'open') + (l.jammed ? ', jammed' : ''),
  rgb: (l) => `${l.r} ${l.g} ${l.b}`,
  vars: (e) => (e.usedVars === null ? 'not counted' : `${e.usedVars} of ${e.totalVars}`),
  flash: (f) => `${kb(f.used)} of ${kb(f.size)}`,
  wear: (f) => `${f.writes}, ${f.erases}`,
};

const MOVES = {
  plug: ['Plug in a car', 'car', { state: 'C' }],
  want: ['It wants energy', 'car', { state: 'C' }],
  full: ['It is full', 'car', { state: 'B' }],
  unplug: ['Unplug', 'car', { state: 'unplugged' }],
  tap: ['Tap the card', 'card'],
  mend: ['Take all faults back', 'fault'],
  grid: ['Grid back', 'mains', { present: true }],
};

export { MOVES };

const $ = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const make = (tag, text, name = '') => {
  const e = document.createElement(tag);
  e.textContent = text;
  e.className = name;
  return e;
};
const at = (s, path) => path.split('.').reduce((v, name) => v?.[name], s);

let shown; // the snapshot on the page
let where = {}; // addresses of the bench
let alarm = 0;

function complain(text) {
  $('alert').textContent = text;
  $('alert').hidden = false;
  clearTimeout(alarm);
  alarm = setTimeout(() => ($('alert').hidden = true), 6000);
}

/** Asks the bench; throws what went wrong, in words. */
async function ask(path, payload) {
  let r;
  try {
    r = await fetch(path, payload && { method: 'POST', body: JSON.stringify(payload) });
  } catch {
    throw new Error('The bench does not answer. Is it running?');
  }
  const answer = await r.json().catch(() => ({}));
  if (!r.ok) throw new Error(answer.error ?? `The bench answered ${r.status}.`);
  return answer;
}

/** Posts to `/bench/<what>` and shows what comes of it; `button` is busy meanwhile. */
async function post(what, payload, button) {
  button?.setAttribute('aria-busy', 'true');
  try {
    const answer = await ask(`/bench/${what}`, payload);
    if (answer.pilot) show(answer);
    if (what === 'temperature') $('degrees').textContent = `${payload.celsius} °C`;
  } catch (e) {
    complain(`Refused: ${e.message}`);
    if (shown) fill(shown, true);
  }
  button?.removeAttribute('aria-busy');
  void poll();
}

const fields = (form, name) =>
  [...form.elements]
    .filter((e) => e.name && (!name || e.name === name))
    .map((e) => ({
      name: e.name,
      type: e.type,
      value: e.value,
      checked: e.checked,
      number: 'number' in e.dataset,
    }));

function listen() {
  document.addEventListener('click', (event) => {
    const b = event.target.closest('button[data-body]');
    if (b && b.getAttribute('aria-busy') !== 'true') void post(b.dataset.post, JSON.parse(b.dataset.body), b);
  });
  document.addEventListener('submit', (event) => {
    event.preventDefault();
    const { post: what, live } = event.target.dataset;
    if (what && live === undefined) void post(what, body(fields(event.target)), event.submitter);
  });
  document.addEventListener('change', (event) => {
    const { form, name } = event.target;
    if (!name || form?.dataset.live === undefined) return;
    const value = body(fields(form, name));
    if (Object.keys(value).length) void post(form.dataset.post, value);
  });
  $('celsius').addEventListener('input', () => ($('degrees').textContent = `${$('celsius').value} °C`));
}

/** Puts the snapshot into the fields that hold its settings, but not under the user's hands. */
function fill(s, force) {
  for (const form of all('form[data-from]')) {
    const from = s[form.dataset.from];
    const count = {};
    for (const e of form.elements) {
      if (!e.name || (e === document.activeElement && e.type !== 'checkbox' && !force)) continue;
      const value = Array.isArray(from) ? from.includes(e.name) : from[e.name];
      if (e.type === 'checkbox') e.checked = value;
      else e.value = Array.isArray(value) ? value[(count[e.name] = (count[e.name] ?? -1) + 1)] : value;
    }
  }
}

let frame = 0;
function show(s) {
  shown = s;
  note(s);
  if (!frame) frame = requestAnimationFrame(() => ((frame = 0), paint(shown)));
}

function paint(s) {
  for (const e of all('[data-show]')) {
    const value = at(s, e.dataset.show);
    const text = AS[e.dataset.as] ? AS[e.dataset.as](value, s) : String(value);
    if (e.textContent !== text) e.textContent = text;
  }
  fill(s);
  for (const b of all('#states button'))
    b.setAttribute('aria-pressed', String(JSON.parse(b.dataset.body).state === s.car.state));
  const real = s.engine.name !== 'node';
  $('real').hidden = !real;
  for (const b of all('#clock button')) b.disabled = real;
  tell(s);
  scene(s);
  scope(s.pilot);
  bars(s);
  trace();
}

let told = '';
function tell(s) {
  const [headline, hint, ...moves] = story(s);
  if (told === headline + hint + moves) return;
  told = headline + hint + moves;
  $('headline').textContent = headline;
  $('hint').textContent = hint;
  const focused = $('next').contains(document.activeElement);
  $('next').replaceChildren(...moves.map((name, i) => move(name, i)));
  if (focused) ($('next').firstChild ?? $('now')).focus();
}

/** A tap is the card of the form below, and mending is every fault at once. */
function move(name, i) {
  const [text, what, payload] = MOVES[name];
  const b = make('button', text, i ? '' : 'main');
  const mend = what === 'fault' && Object.fromEntries(shown.faults.map((f) => [f, false]));
  b.onclick = () => void post(what, payload ?? (mend || body(fields($('card')))), b);
  return b;
}

function scene(s) {
  const { r, g, b } = s.light;
  const top = Math.max(r, g, b);
  // A dim light is a bright colour that is half transparent.
  const colour = top
    ? `rgb(${[r, g, b].map((v) => Math.round((v * 255) / top))} / ${0.45 + (0.55 * top) / 255})`
    : 'transparent';
  $('swatch').style.background = colour;
  document.querySelector('#scene .lamp').style.fill = colour;
  const is = {
    plugged: s.car.state !== 'unplugged',
    grid: s.mains.present,
    closed: s.contactor.closed,
    locked: s.lock.locked,
    flow: s.car.drawing.some((a) => a > 0),
  };
  for (const [name, on] of Object.entries(is)) $('scene').classList.toggle(name, on);
}

const SVG = 'http://www.w3.org/2000/svg';
/** Height of a voltage in the picture of the pilot. */
const y = (v) => Math.round((100 - v * 6.6) * 10) / 10;

function rules() {
  for (const v of [12, 9, 6, 3, 0, -12]) {
    const line = document.createElementNS(SVG, 'line');
    const text = document.createElementNS(SVG, 'text');
    for (const [k, n] of Object.entries({ x1: 42, x2: 400, y1: y(v), y2: y(v) })) line.setAttribute(k, n);
    if (!v) line.setAttribute('class', 'zero');
    text.setAttribute('x', 4);
    text.setAttribute('y', y(v) + 4);
    text.textContent = `${v} V`;
    $('rules').append(line, text);
  }
}

/** Two milliseconds of the pilot. */
function scope(p) {
  const pwm = p.mode === 'pwm' && p.hz > 0;
  let d = `M42 ${y(p.high)}H400`;
  if (pwm) {
    const period = 179000 / p.hz;
    d = `M42 ${y(p.low)}`;
    for (let x = 42; x < 399; x += period)
      d += `H${x}V${y(p.high)}H${Math.min(400, x + (period * p.duty) / 100)}V${y(p.low)}`;
    d += 'H400';
  }
  $('beam').setAttribute('d', d);
  $('duty').textContent = pwm ? `${fixed(p.duty, 1)} % at ${Math.round(p.hz)} Hz` : 'steady';
}

function bars(s) {
  const limit = Math.max(32, s.car.amps);
  if (!$('bars').children.length)
    for (const k of [1, 2, 3]) {
      const row = make('div', '');
      row.append(make('span', `L${k}`), make('i', ''), make('span', ''));
      $('bars').append(row);
    }
  s.car.drawing.forEach((a, k) => {
    const row = $('bars').children[k].children;
    row[1].style.setProperty('--part', `${Math.min(100, (a / limit) * 100)}%`);
    row[2].textContent = `${fixed(a, 1)} A`;
  });
}

const SPAN = 300000;
let points = [];
function note(s) {
  const last = points.at(-1);
  if (last && (last.boots !== s.boots || last.t > s.t)) points = [];
  if (s.t) points.push({ t: s.t, boots: s.boots, drawn: s.car.drawing[0], offered: offer(s.pilot) });
  while (points.length > 2 && points[1].t < s.t - SPAN) points.shift();
}

function trace() {
  const now = points.at(-1)?.t ?? 0;
  const top = Math.max(16, ...points.map((p) => Math.max(p.drawn, p.offered)));
  for (const name of ['drawn', 'offered']) {
    let d = '';
    for (const p of points) {
      const x = fixed(Math.max(0, 400 - ((now - p.t) * 400) / SPAN), 1);
      const h = fixed(84 - (p[name] / top) * 66, 1);
      d += d ? `H${x}V${h}` : `M${x} ${h}`;
    }
    (name === 'drawn' ? $('drawn') : $('offered')).setAttribute('d', d);
  }
}

/** Console output without what moves a terminal's cursor. */
// eslint-disable-next-line no-control-regex
const plain = (text) => text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replace(/[\r\b]/g, '');

const KEPT = 200000;
const typed = [];
let back = 0;

async function readLog() {
  const { next, text } = await ask(`/bench/log?since=${since.log}`);
  if (next < since.log) return void (since.log = 0);
  since.log = next;
  if (!text) return;
  const log = $('log');
  const end = log.scrollTop + log.clientHeight > log.scrollHeight - 30;
  log.textContent = (log.textContent + plain(text)).slice(-KEPT);
  if (end) log.scrollTop = log.scrollHeight;
}

function consoleLine() {
  $('prompt').addEventListener('submit', () => {
    const line = $('line').value;
    if (line) typed.push(line);
    back = 0;
    $('line').value = '';
    $('log').scrollTop = $('log').scrollHeight;
    void post('console', { line });
  });
  $('line').addEventListener('keydown', (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    back = Math.max(0, Math.min(typed.length, back + step));
    $('line').value = back ? typed[typed.length - back] : '';
  });
}

const since = { log: 0, frames: 0 };
const SHOWN = 400;
const actions = new Map();
let invalid = 0;
let transaction = 0;

/** A frame as a row: what it is called, and the gist of its payload. */
function row({ t, station, from, frame: f, invalid: why }) {
  const [type, id, third] = f;
  const other = from === 'cp' ? 'cs' : 'cp';
  if (type === 2) actions.set(`${station} ${from} ${id}`, third);
  const asked = actions.get(`${station} ${other} ${id}`) ?? 'nothing';
  const name = type === 2 ? third : type === 3 ? `${asked} answered` : `${asked} failed`;
  const payload = type === 2 ? f[3] : type === 3 ? third : f.slice(2);
  if (type === 3 && asked === 'StartTransaction') transaction = third?.transactionId ?? transaction;
  const li = make('li', '', `${from}${why ? ' bad' : ''}`);
  const details = make('details', '');
  const summary = make('summary', '');
  summary.append(
    make('time', clock(t)),
    make('span', from === 'cp' ? 'charger →' : '→ charger', 'way'),
    make('b', `${why ? 'invalid: ' : ''}${name}`),
    make('small', JSON.stringify(payload)),
  );
  details.append(summary, make('pre', `${station}\n${JSON.stringify(f, null, 2)}`));
  li.append(details);
  if (why) li.append(make('p', why, 'why'));
  invalid += why ? 1 : 0;
  return li;
}

function sift() {
  const want = $('filter').value.toLowerCase();
  for (const li of $('frames').children)
    li.hidden =
      ($('bad').checked && !li.classList.contains('bad')) || !li.textContent.toLowerCase().includes(want);
}

async function readFrames() {
  if (where.csms === null) return;
  const { next, frames, stations } = await ask(`/csms/log?since=${since.frames}`);
  if (next < since.frames) return void (since.frames = 0);
  since.frames = next;
  $('central').textContent = stations.length
    ? `Connected: ${stations.join(', ')}. Address: ${where.csms}`
    : `No charger is connected. Address: ${where.csms}`;
  if (!frames.length) return;
  const rows = frames.map(row).reverse();
  $('frames').prepend(...rows);
  while ($('frames').children.length > SHOWN) $('frames').lastChild.remove();
  $('count').textContent = `${next}${invalid ? `, ${invalid} invalid` : ''}`;
  $('count').classList.toggle('bad', invalid > 0);
  sift();
}

function example() {
  const [, action, payload] = EXAMPLES[$('example').value];
  $('action').value = action;
  $('payload').value = JSON.stringify(payload, null, 2).replace('"TX"', String(transaction));
}

async function send(button) {
  const answer = (text, bad) => {
    $('answer').textContent = text;
    $('answer').classList.toggle('bad', bad);
  };
  let payload;
  try {
    payload = JSON.parse($('payload').value || '{}');
  } catch (e) {
    return answer(`The payload is no JSON: ${e.message}`, true);
  }
  answer('…', false);
  button.setAttribute('aria-busy', 'true');
  try {
    const station = $('station').value.trim();
    const call = { action: $('action').value.trim(), payload, ...(station && { station }) };
    const { result, error } = await ask('/csms/call', call);
    answer(error ? `${error[0]}: ${error[1]}` : JSON.stringify(result, null, 2), !!error);
  } catch (e) {
    answer(e.message, true);
  }
  button.removeAttribute('aria-busy');
  void poll();
}

function ocpp() {
  EXAMPLES.forEach(([title, action], i) => {
    const option = make('option', `${title} (${action})`);
    option.value = i;
    $('example').append(option);
  });
  $('example').addEventListener('change', example);
  example();
  $('call').addEventListener('submit', (event) => void send(event.submitter));
  for (const e of [$('filter'), $('bad')]) e.addEventListener('input', sift);
  $('clear').addEventListener('click', () => $('frames').replaceChildren());
  $('connect').addEventListener('click', async () => {
    await post('console', { line: `set("ocppu", "${where.csms}")` }, $('connect'));
    await post('console', { line: 'set("ocppe", true)' }, $('connect'));
  });
}

let source;
let up = false;
function state(text, kind) {
  up = kind === 'good';
  $('link').textContent = text;
  $('link').className = `pill ${kind}`;
}

/** Everything anew: the bench may be another one. */
async function begin() {
  Object.assign(since, { log: 0, frames: 0 });
  invalid = 0;
  points = [];
  $('log').textContent = $('count').textContent = '';
  $('frames').replaceChildren();
  where = await ask('/bench/addresses');
  const device = new URL(where.http);
  // From another machine the charger is where this page is.
  device.hostname = location.hostname;
  $('charger').href = device.href;
  $('status').href = `${device.href}api/status`;
  const off = where.csms === null;
  if (off) $('central').textContent = 'There is none: the bench was started with --csms off.';
  for (const e of all('#ocpp button, #ocpp input, #ocpp select, #ocpp textarea')) e.disabled = off;
  state(`${where.board}, connected`, 'good');
  void poll();
}

function connect() {
  source?.close();
  source = new EventSource('/bench/events');
  source.onopen = () => begin().catch(lost);
  source.onmessage = (m) => show(JSON.parse(m.data));
  source.onerror = lost;
}

function lost() {
  source.close();
  if (up) state('bench gone, trying again…', 'bad');
  setTimeout(connect, 1000);
}

let polling = false;
let again = false;
let timer = 0;
let pace;

/** How fast bench time runs, from two looks. */
function speed(s) {
  const now = performance.now();
  const from = pace;
  pace = { now, t: s.t, boots: s.boots };
  if (!from || from.boots !== s.boots || s.t < from.t || now - from.now < 500) return;
  const rate = (s.t - from.t) / (now - from.now);
  $('rate').textContent =
    rate > 0.8 && rate < 1.25 ? 'in real time' : `${fixed(rate, rate < 9 ? 1 : 0)} times real`;
}

/** What does not come by itself: time, memory, console and frames. */
async function poll() {
  if (polling) return void (again = true);
  polling = true;
  clearTimeout(timer);
  try {
    if (up && !document.hidden) {
      const s = await ask('/bench');
      speed(s);
      show(s);
      await readLog();
      await readFrames();
    }
  } catch (e) {
    if (up) complain(e.message);
  }
  polling = false;
  timer = setTimeout(poll, again ? 100 : 1000);
  again = false;
}

if (typeof document !== 'undefined') {
  rules();
  listen();
  consoleLine();
  ocpp();
  connect();
  void poll();
  document.addEventListener('visibilitychange', () => void poll());
}
