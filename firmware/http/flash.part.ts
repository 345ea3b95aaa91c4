// Part on call: `/update/<offset>`, an update that comes piece by piece, and `/update/end`, which checks it and restarts into it.
// The slots, what is checked, the proof and the way back are those of every update (core/slot.part.ts, ocpp/update.part.ts).

import type { Charger } from '../core/charger';
import type { Slot, Slots } from '../core/slot.part';
import type { Job } from './web.part';

interface Piece extends Job, Slot {
  /** Where the piece belongs, -1 = all of them are there; the piece. */
  at: number;
  data: string;
}

const STATE = 32;
const HEAD = 160;
/** Most that fits into a slot. */
const ROOM = 72 * 4096 - STATE;
/** The answer leaves before the restart, ms. */
const LAST = 1000;

function slots(c: Charger): Slots {
  return c.f.part('slot') as Slots;
}

/** Why nothing can be taken now, '' = it can. The journal's record `fw` is an update of the central system. */
function hindered(c: Charger): string {
  if (c.s.on || c.ses.on || c.ses.ok) return 'not while charging';
  if (E.slot && !E.slot.ok) return 'the last update is still on trial';
  return c.f.get('fw') === undefined ? '' : 'the central system is updating';
}

/** Ends with a status and a text. */
function refuse(job: Piece, status: number, text: string): void {
  job.status = status;
  job.out = '{"error":"' + text + '"}';
}

/** Where the pages of a slot that was blank begin in its file; 0 = it was not. See firmware/boot.ts. */
function begun(slot: string): number {
  const t = '' + require('Storage').read(slot, 0, 64);
  let from = 0;
  for (let k = 8; k < 64; k += 8) if (t[k + 5] === ']') from = parseInt(t.substr(k + 1, 4), 10);
  return from;
}

/** Takes a request in. */
export function start(c: Charger, path: string, body: string): Job {
  const where = path.substr(8);
  const slot = slots(c).other();
  const job: Piece = {
    out: '',
    status: 200,
    type: 'application/json',
    size: 0,
    at: where === 'end' ? -1 : parseInt(where, 10),
    data: body,
    slot,
    addr: 0x320000,
    from: where === '0' ? 0 : begun(slot),
    n: 0,
    sum: '',
  };
  const bad = hindered(c);
  if (bad) refuse(job, 409, bad);
  else if (job.at >= 0 ? !body || job.at % 4 !== 0 || job.at + body.length > ROOM : job.at !== -1)
    refuse(job, 400, 'no piece of an update');
  else if (where !== '0' && !job.from) refuse(job, 409, 'begin at 0');
  return job;
}

/** Writes the piece; one that is there already was sent again, because its answer got lost. */
function write(job: Piece): void {
  const s = require('Storage');
  const n = job.data.length;
  const text = (job.data + '\xff\xff\xff').substr(0, (n + 3) & ~3);
  const at = job.from + STATE + job.at;
  const there = s.read(job.slot, at, text.length)!;
  if (there !== text && there.replaceAll('\xff', '')) return refuse(job, 409, 'begin at 0');
  if (there !== text) s.write(job.slot, text, at);
  job.out = '{"next":' + (job.at + n) + '}';
}

/** A step of the check; what passes it starts with the next boot. */
function finish(c: Charger, job: Piece): void {
  const head = '' + require('Storage').read(job.slot, job.from + STATE, HEAD);
  const size = HEAD + parseInt(head.split(' ')[3], 10);
  const bad = slots(c).check(c, job, size > HEAD && size <= ROOM ? size : 0);
  if (bad === undefined) return;
  const why = bad ? bad.replace('!', '') : hindered(c);
  if (why) return refuse(job, bad ? 400 : 409, why);
  slots(c).arm(job);
  c.f.log('update', 'restart into the new bundle');
  setTimeout(() => c.f.reset(1), LAST);
  job.out = '{"end":true}';
}

/** Goes a step further; true = the text is complete. */
export function step(c: Charger, job: Piece): boolean {
  if (job.out) return true;
  if (job.at < 0) finish(c, job);
  else if (job.at || job.sum) write(job);
  else {
    // The first piece waits until the slot is blank. Nobody else blanks it from here on.
    E.fill = 1;
    const bad = slots(c).blank(c, job);
    if (bad) refuse(job, 500, bad);
    else if (bad === '') job.sum = '-';
  }
  return job.out !== '';
}
