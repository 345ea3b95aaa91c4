// The central system: its frames, and calls to the charger.

import { EXAMPLES } from './calls.mjs';
import { $, all, ask, make } from './dom.mjs';
import { clock } from './words.mjs';

const SHOWN = 400;
const actions = new Map();
let invalid = 0;
let transaction = 0;
let since = 0;
/** Address of the central system, null without one. */
let address = null;

export function forgetFrames() {
  since = invalid = 0;
  $('count').textContent = '';
  $('frames').replaceChildren();
}

export function central(at) {
  address = at;
  if (!at) $('central').textContent = 'There is none: the bench was started with --csms off.';
  for (const e of all('#ocpp button, #ocpp input, #ocpp select, #ocpp textarea')) e.disabled = !at;
}

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

export async function readFrames() {
  if (address === null) return;
  const { next, frames, stations } = await ask(`/csms/log?since=${since}`);
  if (next < since) return void (since = 0);
  since = next;
  $('central').textContent = stations.length
    ? `Connected: ${stations.join(', ')}. Address: ${address}`
    : `No charger is connected. Address: ${address}`;
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

async function send(button, poll) {
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
    answer(error ? error.filter(Boolean).join(': ') : JSON.stringify(result, null, 2), !!error);
  } catch (e) {
    answer(e.message, true);
  }
  button.removeAttribute('aria-busy');
  void poll();
}

export function ocpp(post, poll) {
  EXAMPLES.forEach(([title, action], i) => {
    const option = make('option', `${title} (${action})`);
    option.value = i;
    $('example').append(option);
  });
  $('example').addEventListener('change', example);
  example();
  $('call').addEventListener('submit', (event) => void send(event.submitter, poll));
  for (const e of [$('filter'), $('bad')]) e.addEventListener('input', sift);
  $('clear').addEventListener('click', () => $('frames').replaceChildren());
  $('connect').addEventListener('click', async () => {
    await post('console', { line: `set("ocppu", "${address}")` }, $('connect'));
    await post('console', { line: 'set("ocppe", true)' }, $('connect'));
  });
}
