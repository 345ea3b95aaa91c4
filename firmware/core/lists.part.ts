// Part on call: what rows of the key table do at greater length: cards, networks, certificates.

import type { Charger } from './charger';
import type { Card, Network } from './keys';

/** Exports of this part. */
export interface Lists {
  setCard(c: Charger, i: number, v: object): string;
  setCards(c: Charger, v: unknown): string;
  learn(c: Charger, uid: string): void;
  tally(c: Charger): void;
  trx(c: Charger, v: number | null): string;
  setWifis(c: Charger, v: unknown): string;
  pem(c: Charger, file: string, v: string): string;
}

const SLOTS = 10;
const NETWORKS = 3;

function uid(v: unknown): string | undefined {
  if (typeof v !== 'string') return undefined;
  const id = v.toUpperCase();
  return id === '' || ([8, 14, 20].includes(id.length) && /^[0-9A-F]+$/.test(id)) ? id : undefined;
}

/** Reason why an entry cannot be taken. */
function wrong(v: { [k: string]: unknown }): string {
  if (!v || typeof v !== 'object') return 'value must be an array of objects';
  if (v.hasOwnProperty('cardId') && typeof v.cardId !== 'boolean' && uid(v.cardId) === undefined)
    return 'cardId must have 8, 14 or 20 hexadecimal digits';
  if (v.hasOwnProperty('name') && (typeof v.name !== 'string' || v.name.length > 32))
    return 'name must be text up to 32 bytes';
  return v.hasOwnProperty('energy') && !(typeof v.energy === 'number' && v.energy >= 0)
    ? 'energy must be a number from 0'
    : '';
}

/** Which card two slots would share, once each has what `v` names; '' = none. */
function twice(list: Card[], v: { [k: string]: unknown }[]): string {
  const ids: string[] = [];
  for (let i = 0; i < SLOTS; i++) {
    const named = v[i] && typeof v[i].cardId === 'string';
    const id = named ? uid(v[i].cardId)! : list[i] ? list[i].id : '';
    if (id && ids.includes(id)) return 'cardId is that of card ' + ids.indexOf(id);
    ids.push(id);
  }
  return '';
}

/** Sets what `v` names of slot `i`; a shown `cardId` (true, false) is left alone. */
function merge(list: Card[], i: number, v: { [k: string]: unknown }): void {
  while (list.length <= i) list.push({ id: '', name: '', e: 0 });
  if (v.hasOwnProperty('name')) list[i].name = v.name === 'n/a' ? '' : (v.name as string);
  if (v.hasOwnProperty('energy')) list[i].e = v.energy as number;
  if (typeof v.cardId !== 'string') return;
  list[i].id = uid(v.cardId)!;
  if (list[i].id === '') list[i] = { id: '', name: '', e: 0 };
}

/** Empty slots at the end cost memory. */
function trim(list: Card[]): void {
  while (list.length && !list[list.length - 1].id && !list[list.length - 1].name && !list[list.length - 1].e)
    list.pop();
}

export function setCards(c: Charger, v: unknown): string {
  if (!Array.isArray(v) || v.length > SLOTS) return 'value must be an array of up to 10 objects';
  for (const e of v) if (wrong(e)) return wrong(e);
  const two = twice(c.k.cards, v);
  if (two) return two;
  for (let i = 0; i < v.length; i++) if (Object.keys(v[i]).length) merge(c.k.cards, i, v[i]);
  trim(c.k.cards);
  c.f.save('cards');
  return '';
}

export function setCard(c: Charger, i: number, v: object): string {
  const all: { [k: string]: unknown }[] = [];
  all[i] = v as { [k: string]: unknown };
  const bad = wrong(all[i]) || twice(c.k.cards, all);
  if (bad) return bad;
  merge(c.k.cards, i, v as { [k: string]: unknown });
  trim(c.k.cards);
  c.f.save('cards');
  return '';
}

/** A card is held to the reader while one is to be learnt. One that another slot has is refused, and the next is waited for. */
export function learn(c: Charger, uid: string): void {
  const i = c.lrn![0];
  const bad = setCard(c, i, { cardId: uid });
  if (bad) c.no = c.t + c.k.obr * 600;
  else c.lrn = undefined;
  c.f.log('card', bad || 'learnt as card ' + i);
  for (const hook of c.hooks) hook(c, 'setting', 'cards');
}

/** Adds the energy of the transaction that has just ended to its card. */
export function tally(c: Charger): void {
  for (const k of c.k.cards) {
    if (!k.id || k.id !== c.ses.tag) continue;
    k.e += c.ses.e1 - c.ses.e0;
    c.f.save('cards');
  }
}

function start(c: Charger, n: number): string {
  const k = c.k.cards[n - 1];
  if (n && !(k && k.id)) return 'no such card';
  if (c.o.rv) return 'reserved by the central system';
  if (c.o.ino) return 'taken out of service by the central system';
  c.f.grant(c, n ? k.id : c.k.ocppd, n);
  return '';
}

/** Starts or ends a transaction. */
export function trx(c: Charger, v: number | null): string {
  if (v === c.ses.trx) return '';
  if (v !== null) return c.ses.ok || c.ses.on ? 'a transaction runs' : start(c, v);
  if (c.ses.ok || c.ses.on) c.f.stop(c, 'Remote');
  return '';
}

function network(old: Network | undefined, v: { ssid?: unknown; key?: unknown }): Network {
  return {
    ssid: typeof v.ssid === 'string' ? v.ssid : old ? old.ssid : '',
    key: typeof v.key === 'string' ? v.key : old ? old.key : '',
  };
}

export function setWifis(c: Charger, v: unknown): string {
  if (!Array.isArray(v) || v.length > NETWORKS) return 'value must be an array of up to 3 objects';
  const out: Network[] = [];
  for (let i = 0; i < v.length; i++) {
    if (!v[i] || typeof v[i] !== 'object') return 'value must be an array of objects';
    const n = network(c.k.wifis[i], v[i]);
    if (n.ssid.length > 32 || n.key.length > 63) return 'ssid up to 32, key up to 63 bytes';
    if (n.ssid) out.push(n);
  }
  c.k.wifis = out;
  return '';
}

/** Certificates and keys are files. A store without room is not compacted: that would stand still for seconds. */
export function pem(c: Charger, file: string, v: string): string {
  const s = require('Storage');
  if (v && !v.startsWith('-----BEGIN ')) return 'value must be PEM text';
  if (v && s.getFree() < v.length + 8192) return 'no room';
  if (v) {
    s.write(file, v);
    c.pem = 1;
  } else if (s.read(file) !== undefined) s.erase(file);
  return '';
}
