// Part on call: what rows of the key table do with cards. `n` counts the turns of a `set`; undefined = it has more to do. What
// it has taken stands in the charger's table when the last one is over, or nothing of it.

import type { Charger } from './charger';
import type { Card } from './keys';

/** Exports of this part. */
export interface Cards {
  setCard(c: Charger, i: number, v: { [k: string]: unknown }, n: number): string | undefined;
  setCards(c: Charger, v: unknown, n: number): string | undefined;
  learn(c: Charger, uid: string): void;
  tally(c: Charger): void;
}

const SLOTS = 10;

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

/** What an entry names; what it does not is undefined and stays. A shown `cardId` (true, false) is left alone. */
interface Asked {
  id?: string;
  name?: string;
  e?: number;
}

function asked(v: { [k: string]: unknown }): Asked {
  return {
    id: typeof v.cardId === 'string' ? uid(v.cardId) : undefined,
    name: v.name === 'n/a' ? '' : (v.name as string | undefined),
    e: v.energy as number | undefined,
  };
}

/** Which card two slots would share, once each has what `v` names; '' = none. */
function twice(list: Card[], v: Asked[]): string {
  const ids: string[] = [];
  for (let i = 0; i < SLOTS; i++) {
    const a = v[i];
    const k = list[i];
    const id = (a && a.id) ?? (k ? k.id : '');
    if (id && ids.includes(id)) return 'cardId is that of card ' + ids.indexOf(id);
    ids.push(id);
  }
  return '';
}

/** What a slot is with what `a` names; one without a card is free. */
function merged(old: Card | undefined, a: Asked): Card {
  const k = old && a.id !== '' ? old : { id: '', name: '', e: 0 };
  return a.id === '' ? k : { id: a.id ?? k.id, name: a.name ?? k.name, e: a.e ?? k.e };
}

function empty(k: Card): boolean {
  return !k.id && !k.name && !k.e;
}

/** Makes cards of what is asked for, with those that `old` has behind it; empty slots at the end cost memory. */
function fill(old: Card[], v: Asked[]): void {
  for (let i = SLOTS; i--;) {
    const k = v[i] ? merged(old[i], v[i]) : (old[i] ?? (v[i + 1] && merged(undefined, {})));
    if (k && (v[i + 1] || !empty(k))) v[i] = k;
    else if (i < v.length) v.pop();
  }
}

/** An entry a turn: checked, and then what it names in its place; `v` is what is to be kept in the end. */
export function setCards(c: Charger, v: unknown, n: number): string | undefined {
  if (!Array.isArray(v) || v.length > SLOTS) return 'value must be an array of up to 10 objects';
  const bad = n < v.length ? wrong(v[n]) : n === v.length ? twice(c.k.cards, v) : '';
  if (bad) return bad;
  if (n < v.length) v[n] = asked(v[n]);
  if (n <= v.length) return undefined;
  fill(c.k.cards, v);
  return '';
}

export function setCard(c: Charger, i: number, v: { [k: string]: unknown }, n: number): string | undefined {
  if (!n) return wrong(v) || undefined;
  const list = c.k.cards;
  const all: Asked[] = [];
  all[i] = asked(v);
  if (n === 1) return twice(list, all) || undefined;
  fill(list, all);
  c.k.cards = all as Card[];
  // Ten cards are long: a turn of its own, when whoever set one has let go of what that took.
  c.ev.push([(x): void => x.f.save('cards', []), 0, '']);
  return '';
}

/** A turn of learning a card. One that another slot has is refused, and the next is waited for. */
function take(c: Charger, n: number, uid: string): void {
  const i = c.lrn ? c.lrn[0] : -1;
  const bad = i < 0 ? '' : setCard(c, i, { cardId: uid }, n);
  if (bad === undefined) return void c.ev.push([take, n + 1, uid]);
  if (i < 0) return;
  if (bad) c.no = c.t + c.k.obr * 600;
  else c.lrn = undefined;
  c.f.log('card', bad || 'learnt as card ' + i);
  for (const hook of c.hooks) hook(c, 'setting', 'cards');
}

/** A card is held to the reader while one is to be learnt. */
export function learn(c: Charger, uid: string): void {
  take(c, 0, uid);
}

/** Adds the energy of the transaction that has just ended to its card. */
export function tally(c: Charger): void {
  for (const k of c.k.cards) {
    if (!k.id || k.id !== c.ses.tag) continue;
    k.e += c.ses.e1 - c.ses.e0;
    c.f.save('cards');
  }
}
