// Part on call: remote logging (`ocpprl`). What comes to the log goes to the central system as DataTransfer, behind everything
// else that is to be told.

import { NEVER, OTHER, quote } from './state';
import type { Ocpp } from './state';

/** Between two looks, and while more waits, ms. */
const EVERY = 5000;
const SOON = 1000;
/** Bytes of log in one message, about: a step must be short. */
const MOST = 300;

/** A line that is no longer in the log has been overtaken: all that is there is new then. */
export function watch(o: Ocpp): void {
  const c = o.c;
  if (c.f.get('k.ocpprl') !== '1') {
    o.da = NEVER;
    o.line = undefined;
    return;
  }
  o.da = c.t + EVERY;
  if (!c.o.ok || o.id || o.out.length) return;
  const all = c.f.lines();
  let i = o.line === undefined ? 0 : all.indexOf(o.line) + 1;
  let text = '';
  // The last one is what stands behind the last line's end.
  while (i < all.length - 1 && text.length < MOST) {
    o.line = all[i++];
    text += o.line + '\n';
  }
  if (!text) return;
  if (i < all.length - 1) o.da = c.t + SOON;
  o.out.push('"DataTransfer",{"vendorId":"Pilotwire","messageId":"log","data":' + quote(text) + '}');
  o.want |= OTHER;
}
