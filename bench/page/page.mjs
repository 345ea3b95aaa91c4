// The script of the bench's page: shows snapshots, sends what the elements say, and keeps in touch with the bench.

import { consoleLine, forgetLog, readLog } from './console.mjs';
import { $, all, ask, make } from './dom.mjs';
import { bars, forgetTrace, note, rules, scene, scope, trace } from './draw.mjs';
import { central, forgetFrames, ocpp, readFrames } from './ocpp.mjs';
import { AS, MOVES, body, brief, fixed, story } from './words.mjs';

const at = (s, path) => path.split('.').reduce((v, name) => v?.[name], s);

let shown; // the snapshot on the page
let alarm = 0;

function complain(text) {
  $('alert').textContent = text;
  $('alert').hidden = false;
  clearTimeout(alarm);
  alarm = setTimeout(() => ($('alert').hidden = true), 6000);
}

/** Posts to `/bench/<what>` and shows what comes of it; `button` is busy meanwhile. */
async function post(what, payload, button) {
  button?.setAttribute('aria-busy', 'true');
  try {
    const answer = await ask(`/bench/${what}`, payload);
    if (answer.pilot) show(answer);
    if (what === 'temperature') $('degrees').textContent = `${payload.celsius} °C`;
  } catch (e) {
    complain(e.message);
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
  $('brief').textContent = brief(s);
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

let source;
let up = false;
let retry = 0;

function state(text, kind) {
  up = kind === 'good';
  $('link').textContent = text;
  $('link').className = `pill ${kind}`;
}

/** Everything anew: the bench may be another one. */
async function begin() {
  const where = await ask('/bench/addresses');
  forgetLog();
  forgetFrames();
  forgetTrace();
  const device = new URL(where.http);
  // From another machine the charger is where this page is.
  device.hostname = location.hostname;
  $('charger').href = device.href;
  $('status').href = `${device.href}api/status`;
  $('board').textContent = where.board;
  central(where.csms);
  state('connected', 'good');
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
  clearTimeout(retry);
  retry = setTimeout(connect, 1000);
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
    rate > 0.8 && rate < 1.25
      ? 'Time runs as it does outside.'
      : `Time runs ${fixed(rate, rate < 9 ? 1 : 0)} times as fast.`;
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

rules();
listen();
consoleLine(post);
ocpp(post, poll);
connect();
void poll();
document.addEventListener('visibilitychange', () => void poll());
