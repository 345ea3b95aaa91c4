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

/** What a slot is with what `v` names; what that does not name stays, and so does a shown `cardId` (true, false). One without a card
 * is free. */
function merged(old: Card | undefined, v: { [k: string]: unknown }): Card {
  const id = typeof v.cardId === 'string' ? uid(v.cardId) : undefined;
  const name = v.name === 'n/a' ? '' : (v.name as string | undefined);
  const k = old && id !== '' ? old : { id: '', name: '', e: 0 };
  return id === '' ? k : { id: id ?? k.id, name: name ?? k.name, e: (v.energy as number | undefined) ?? k.e };
}

/** Which card two slots would share, once `v` has taken the place of what stands in `list`; '' = none. */
function twice(list: Card[], v: Card[]): string {
  const ids: string[] = [];
  for (let i = 0; i < SLOTS; i++) {
    const k = v[i] ?? list[i];
    const id = k ? k.id : '';
    if (id && ids.includes(id)) return 'cardId is that of card ' + ids.indexOf(id);
    ids.push(id);
  }
  return '';
}

/** Empty slots at the end cost memory. */
function trim(list: Card[]): void {
  while (list.length && !list[list.length - 1].id && !list[list.length - 1].name && !list[list.length - 1].e)
    list.pop();
}

/** An entry a turn: checked, and then the card that it makes in its place; `v` is what is to be kept in the end. */
export function setCards(c: Charger, v: unknown, n: number): string | undefined {
  if (!Array.isArray(v) || v.length > SLOTS) return 'value must be an array of up to 10 objects';
  const bad = n < v.length ? wrong(v[n]) : n === v.length ? twice(c.k.cards, v) : '';
  if (bad) return bad;
  if (n < v.length) v[n] = merged(c.k.cards[n], v[n]);
  if (n <= v.length) return undefined;
  for (const k of c.k.cards.slice(v.length)) v.push(k);
  trim(v);
  return '';
}

export function setCard(c: Charger, i: number, v: { [k: string]: unknown }, n: number): string | undefined {
  if (!n) return wrong(v) || undefined;
  const list = c.k.cards;
  const all: Card[] = [];
  all[i] = merged(list[i], v);
  if (n === 1) return twice(list, all) || undefined;
  while (list.length < i) list.push(merged(undefined, {}));
  list[i] = all[i];
  trim(list);
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
