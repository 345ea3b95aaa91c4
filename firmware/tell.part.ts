// Part on call: commands of the console that tell about one area each, and act on it. A line a step.

import type { Charger } from './core/charger';
import type { Conf } from './core/conf.part';
import type { FaultRow } from './core/fault';
import { ROW, ROWS } from './core/faults';
import type { Fault } from './core/faults';
import type { Console, Typed } from './console.part';

/** Exports of this part. */
export interface Tell {
  line(c: Charger, t: Typed): string | undefined;
}

const CAR = ['?', 'no vehicle', 'charging', 'waiting', 'finished', 'fault'];
const CARDS = 10;

function read(c: Charger, key: string): unknown {
  return (c.f.part('conf') as Conf).read(c, key);
}

/** A key is to be set, in the steps that follow, and what to say then. */
function put(c: Charger, t: Typed, key: string, raw: string, good: string): string {
  t.r = c.f.row(key);
  t.raw = raw;
  t.good = good;
  return '';
}

function network(c: Charger): string {
  const n = c.b.net;
  return (
    'network  ' + (n.up ? n.ssid + ', ' + n.ip + ', ' + (n.rssi() ?? '?') + ' dBm' : 'not connected ' + n.why)
  );
}

/** Its password is for who stands at the charger. */
function access(c: Charger, t: Typed): string {
  if (!c.b.net.ap) return '';
  const own = t.far ? '' : ', password ' + JSON.parse(c.f.get('k.wak') || '""');
  return '         access point Pilotwire-' + c.b.serial + own;
}

function link(c: Charger): string {
  const o = c.o;
  return (
    'ocpp     ' + (!c.k.ocppe ? 'off' : o.ok ? 'accepted' : o.up ? 'connected' : 'not connected ' + o.err)
  );
}

function status(c: Charger, t: Typed): string | undefined {
  const n = t.n;
  if (n === 0)
    return (
      'charger  ' +
      CAR[read(c, 'car') as number] +
      ', state ' +
      c.s.st +
      (c.x.err ? ', fault: ' + read(c, 'flt') : ', no fault')
    );
  if (n === 1)
    return (
      'current  ' +
      (c.x.amps / 10).toFixed(1) +
      ' A on offer, ' +
      c.k.amp +
      ' A wanted, modelStatus ' +
      c.f.model(c)
    );
  if (n === 2)
    return 'power    ' + c.m.p + ' W, session ' + read(c, 'wh') + ' Wh, total ' + read(c, 'eto') + ' Wh';
  if (n === 3) return network(c);
  if (n === 4) return access(c, t);
  if (n === 5) return link(c);
  const up = 'up       ' + Math.floor(c.t / 1000) + ' s, boot ' + c.rbc;
  return n === 6 ? up + ', longest gap ' + c.gap + ' ms' : undefined;
}

function wifi(c: Charger, t: Typed): string | undefined {
  const known = c.k.wifis;
  if (t.a.length) {
    if (t.n) return undefined;
    const all: object[] = known.map(() => ({}));
    all.push({ ssid: '' + t.a[0], key: '' + (t.a[1] ?? '') });
    return put(c, t, 'wifis', JSON.stringify(all), 'Known from now on. Look at wifi() in a few seconds.');
  }
  if (!t.n) return network(c);
  if (t.n > known.length) return t.n === known.length + 1 ? access(c, t) : undefined;
  return 'known    ' + (t.n - 1) + ' ' + known[t.n - 1].ssid + (known[t.n - 1].key ? '' : ', open');
}

function ocpp(c: Charger, t: Typed): string | undefined {
  const url = t.a[0];
  if (url !== undefined) {
    if (t.n > (url === 'off' ? 0 : 1)) return undefined;
    if (url === 'off') return put(c, t, 'ocppe', 'false', 'Off.');
    return t.n
      ? put(c, t, 'ocppe', 'true', 'Connects. Look at ocpp() in a few seconds.')
      : put(c, t, 'ocppu', '' + url, 'Address kept.');
  }
  if (t.n === 0) return link(c);
  if (t.n === 1) return 'address  ' + (c.k.ocppu || 'none') + ', identity ' + c.b.serial;
  if (t.n > 2) return undefined;
  return 'running  ' + (c.o.tx < 0 ? 'no transaction' : 'transaction ' + c.o.tx);
}

function meter(c: Charger, t: Typed): string | undefined {
  const m = c.b.meter;
  if (!m) return t.n ? undefined : 'This board has no meter.';
  const i = t.n - 1;
  if (!t.n) return 'meter    ' + (m.ok ? 'answers' : 'does not answer');
  if (i < 3 && !m.pulses)
    return i < c.b.phases ? 'L' + t.n + '       ' + m.v[i] + ' V, ' + m.i[i] + ' A, ' + m.p[i] + ' W' : '';
  if (i > 3) return undefined;
  return i < 3 ? '' : 'energy   session ' + read(c, 'wh') + ' Wh, total ' + read(c, 'eto') + ' Wh';
}

function card(c: Charger, t: Typed): string | undefined {
  const slot = t.a[0];
  if (slot !== undefined) {
    if (t.n) return undefined;
    if (!((slot as number) >= 0 && (slot as number) < CARDS))
      return 'Type card(), or card(0) to card(9) to learn one.';
    return put(c, t, 'lrn', '' + slot, 'Hold the card to the reader within a minute.');
  }
  if (t.n > CARDS) return undefined;
  if (t.n === CARDS)
    return c.b.reader ? 'access   ' + ['open', 'card first', 'card first'][c.k.acs] : 'no card reader';
  const k = c.k.cards[t.n];
  return k && (k.id || k.name)
    ? 'card ' + t.n + '   ' + (k.name || '-') + ', ' + k.e + ' Wh' + (k.id ? '' : ', no number')
    : '';
}

const ENDS: { [how in Fault['ends']]: string } = {
  time: 'ends by itself',
  car: 'ends when the car is unplugged',
  operator: 'ends by fault("clear") once its cause is gone, or by a restart',
  flash: 'ends by fault("clear") alone, once its cause is gone',
};

function fault(c: Charger, t: Typed): string | undefined {
  if (t.a[0] !== undefined) {
    if (t.n) return undefined;
    if (t.a[0] !== 'clear') return 'Type fault() or fault("clear").';
    return put(c, t, 'clf', '1', 'Cleared.');
  }
  if (!c.x.err) return t.n ? undefined : 'No fault.';
  if (t.n >= ROWS) return undefined;
  if (!(c.x.err & (1 << t.n))) return '';
  const r = JSON.parse(c.f.file('faults', t.n * ROW, ROW)!) as FaultRow;
  return r[6] + ', ' + ENDS[r[1]] + (r[3] ? ', ' + r[3] + ' times a plug-in' : '');
}

/** What there is to test without energy: the monitor by its own winding, the rest by what it says. */
function selftest(c: Charger, t: Typed): string | undefined {
  if (c.s.on || c.ses.on) return t.n ? undefined : 'Not while charging: end the session first.';
  const b = c.b;
  if (t.n === 0) {
    const r = b.rcm;
    if (!r) return 'monitor  this board has none';
    if (!r.test) return 'monitor  without a test winding' + (r.tripped() ? ', has tripped' : '');
    if (r.tripped()) return 'monitor  has tripped: fault("clear") first';
    // The next turn of its job begins with it; core/rcm.ts.
    c.x.tst = -1;
    return 'monitor  is being tested: trace() shows in three seconds "test passed" or "test failed"';
  }
  if (t.n === 1) {
    const aux = b.contactor.closed();
    return 'mirror   ' + (aux === undefined ? 'none' : aux ? 'CLOSED though the coil is off' : 'open');
  }
  if (t.n === 2) return 'pilot    state ' + c.x.cp;
  if (t.n === 3) return 'meter    ' + (!b.meter ? 'none' : b.meter.ok ? 'answers' : 'does not answer');
  if (t.n === 4) return 'files    ' + (E.torn ? 'damaged:' + E.torn : 'whole');
  return t.n === 5 ? 'faults   ' + (c.x.err ? read(c, 'flt') : 'none') : undefined;
}

function tell(c: Charger, t: Typed): string | undefined {
  const all: { [name: string]: (c: Charger, t: Typed) => string | undefined } = {
    status, wifi, ocpp, meter, card, fault, selftest,
  }; // prettier-ignore
  if (all[t.name]) return all[t.name](c, t);
  if (t.n) return undefined;
  if (t.name === 'reboot') return put(c, t, 'rst', '1', 'Restarts.');
  return t.a.length
    ? put(c, t, 'factory', '"' + t.a[0] + '"', 'Forgets everything and restarts.')
    : 'The serial number is missing: type factoryReset("' + c.b.serial + '").';
}

/** Text of the next step, '' = none yet, undefined = that was all. What a command sets is set as the console does. */
export function line(c: Charger, t: Typed): string | undefined {
  return t.r ? (c.f.part('console') as Console).setting(c, t, t.r) : tell(c, t);
}
