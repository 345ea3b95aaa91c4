// Part on call: why the charger charges or not, in plain words.

import type { Charger, Limits } from './charger';

/** Exports of this part. */
export interface Why {
  words(c: Charger): string;
}

/** modelStatus in words: what lets charge, what does not, and in the modes. Each list is in memory only while it is searched. */
function charges(): string {
  return (
    ',13 allowed,3 forced on,8 next trip: measuring the power for a minute,9 next trip: time is short,10 next trip,' +
    '11 next trip: charging at once because the clock is not known,12 surplus,' +
    '14 schedule not applied because the clock is not known'
  );
}

function rests(): string {
  return (
    ',1 too hot,2 not authorised,4 forced off (frc),6 energy limit reached (dwo),5 forbidden by the schedule,17 no surplus,' +
    '18 next trip: waits until it is time,23 phases are being switched,26 fault,38 undervoltage'
  );
}

function others(): string {
  return (
    ',28 limited to nothing by the central system,29 waits: the power came back or flash needs a pause,' +
    '35 nothing while the central system is away (ocppf),37 set inoperative by the central system,39 the wish is below the least current (mca)'
  );
}

function limits(): string {
  return (
    ',brd the charger,cbl the cable,usr the setting,ocpp the central system,temp the temperature,' +
    'car a vehicle that cannot read the pilot,mtr a meter that does not answer,lmo the charging mode'
  );
}

/** What stands behind `key` in a list of `,key words`; '' = nothing. */
function find(list: string, key: string): string {
  const i = list.indexOf(',' + key + ' ');
  if (i < 0) return '';
  const from = i + key.length + 2;
  const end = list.indexOf(',', from);
  return list.substr(from, (end < 0 ? list.length : end) - from);
}

/** Name of the least limit. */
export function winner(lim: Limits): string {
  const all = Object.keys(lim) as (keyof Limits)[];
  const least = Math.min(lim.brd, lim.cbl, lim.usr, lim.ocpp, lim.temp, lim.car, lim.mtr, lim.lmo);
  for (const k of all) if (lim[k] === least) return k;
  return 'brd';
}

/** The reason, then the current and who limits it. */
export function words(c: Charger): string {
  const m = c.f.model(c);
  const text = find(charges(), '' + m) || find(rests(), '' + m) || find(others(), '' + m);
  if (m === 26 && !c.x.bad) return text + ': the vehicle needs ventilation';
  if (m === 26) return text + ': ' + c.f.fault(c)![6];
  if (m === 2 && c.o.rv) return text + ': reserved by the central system';
  if (!c.x.amps) return text;
  return text + ', ' + c.x.amps / 10 + ' A: limited by ' + find(limits(), winner(c.lim));
}
