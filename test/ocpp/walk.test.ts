// A central system, a driver, a fault and a supply that do anything at any time: no status follows one that it may not follow,
// nothing begins out of service, and each transaction that the central system knows of ends once.

import assert from 'node:assert/strict';
import { Csms, NOW, rig } from '../fake/csms';
import type { Rig } from '../fake/csms';
import { depth } from '../fake/depth';

const WALKS = depth('OCPP_WALKS');
const STEPS = 60;

/** OCPP 1.6 4.9: what may follow each status of a connector. */
const NEXT: { [status: string]: string } = {
  Available: 'Preparing Charging SuspendedEV SuspendedEVSE Reserved Unavailable Faulted',
  Preparing: 'Available Charging SuspendedEV SuspendedEVSE Finishing Faulted',
  Charging: 'Available SuspendedEV SuspendedEVSE Finishing Unavailable Faulted',
  SuspendedEV: 'Available Charging SuspendedEVSE Finishing Unavailable Faulted',
  SuspendedEVSE: 'Available Charging SuspendedEV Finishing Unavailable Faulted',
  Finishing: 'Available Preparing Unavailable Faulted',
  Reserved: 'Available Preparing Unavailable Faulted',
  Unavailable: 'Available Preparing Charging SuspendedEV SuspendedEVSE Faulted',
  Faulted: 'Available Preparing Charging SuspendedEV SuspendedEVSE Finishing Reserved Unavailable Faulted',
};

/** The same dice for the same number. */
function dice(seed: number): () => number {
  let s = seed;
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

class Walk {
  cs = new Csms();
  store = new Map([['qx', '[0,-1]']]);
  /** What was done and said. */
  trace: string[] = [];
  r!: Rig;
  private dice: () => number;
  private settings: Record<string, unknown>;
  private boots = 0;
  private before = 0;
  private seen = 0;
  /** Status told last, and what must follow it; '' = anything may, for the link or the charger is new. */
  status = '';
  private prev = '';
  private fresh = 2;
  /** Ids given, and when; when the link or the supply failed. */
  private given: [id: number, at: number][] = [];
  private cuts: number[] = [];
  private mood: { auth?: string; start?: string } = {};

  constructor(seed: number) {
    this.dice = dice(seed);
    const bit = (): unknown => this.any(0, 1);
    this.settings = { osi: bit(), ome: this.any(0, 50), oar: bit(), olp: bit(), ocppao: bit() };
    Object.assign(this.settings, { ocppi: this.any(10, 60), txt: this.any(20, 120), otr: 5 });
    Object.assign(this.settings, { acs: this.any(1, 1, 1, 0), oss: this.any('', 'Voltage') });
    const info = (status = 'Accepted'): object => ({
      idTagInfo: { status, parentIdTag: this.any(undefined, 'G') },
    });
    this.cs.answers.Authorize = () =>
      this.mood.auth === 'silent'
        ? undefined
        : this.mood.auth === 'error'
          ? 'InternalError'
          : info(this.mood.auth);
    this.cs.answers.StartTransaction = () => {
      if (this.mood.start === 'silent') return undefined;
      this.given.push([++this.cs.tx, this.cs.t()]);
      return { transactionId: this.cs.tx, ...info(this.mood.start) };
    };
    this.boot('A');
  }

  private any<T>(...of: T[]): T {
    return of[Math.floor(this.dice() * of.length)];
  }

  private boot(cp: Rig['cp']): void {
    const old = this.r as Rig | undefined;
    this.before += old ? old.c.t : 0;
    this.cs.wire?.cut();
    this.r = rig({ cs: this.cs, store: this.store, settings: this.settings, boot: ++this.boots });
    const { c } = this.r;
    this.cs.t = () => this.before + c.t;
    c.b.interlock = 1;
    if (old) c.m.eto = old.c.m.eto;
    this.r.cp = cp;
  }

  private ask(action: string, q: object): void {
    if (this.r.c.o.up) this.cs.call(action, JSON.parse(JSON.stringify(q)));
  }

  private deeds: { [name: string]: () => void } = {
    plug: () => (this.r.cp = 'B'),
    charge: () => (this.r.cp = 'C'),
    pause: () => (this.r.cp = 'B'),
    unplug: () => (this.r.cp = 'A'),
    'card AA': () => this.r.tap('AA'),
    'card AA again': () => this.r.tap('AA'),
    'card BB': () => this.r.tap('BB'),
    'remote start': () => this.ask('RemoteStartTransaction', { idTag: this.any('AA', 'BB') }),
    'remote stop': () => this.ask('RemoteStopTransaction', { transactionId: this.r.c.o.tx }),
    availability: () =>
      this.ask('ChangeAvailability', {
        connectorId: this.any(0, 1),
        type: this.any('Inoperative', 'Operative', 'Operative'),
      }),
    reserve: () =>
      this.ask('ReserveNow', {
        connectorId: this.any(0, 1),
        expiryDate: new Date(NOW + this.cs.t() + this.any(20, 600) * 1000).toISOString(),
        idTag: this.any('AA', 'BB'),
        parentIdTag: this.any(undefined, 'G'),
        reservationId: this.any(1, 2),
      }),
    cancel: () => this.ask('CancelReservation', { reservationId: this.any(1, 2) }),
    trigger: () =>
      this.ask('TriggerMessage', {
        requestedMessage: this.any('StatusNotification', 'MeterValues', 'BootNotification'),
      }),
    limit: () =>
      this.ask('SetChargingProfile', {
        connectorId: 0,
        csChargingProfiles: {
          chargingProfileId: 1,
          stackLevel: 0,
          chargingProfilePurpose: 'TxDefaultProfile',
          chargingProfileKind: 'Absolute',
          chargingSchedule: {
            chargingRateUnit: 'A',
            chargingSchedulePeriod: [{ startPeriod: 0, limit: this.any(0, 10) }],
          },
        },
      }),
    clear: () => this.ask('ClearChargingProfile', {}),
    fault: () => (this.r.diode = !this.r.diode),
    mended: () => (this.r.diode = true),
    energy: () => (this.r.c.m.eto += 30),
    'link down': () => {
      this.cs.up = false;
      this.cs.wire?.cut();
    },
    'link up': () => (this.cs.up = true),
    'link still up': () => (this.cs.up = true),
    moody: () =>
      (this.mood = {
        auth: this.any('Accepted', 'Accepted', 'Invalid', 'silent', 'error'),
        start: this.any('Accepted', 'Accepted', 'Invalid', 'silent'),
      }),
    calm: () => (this.mood = {}),
    'power cut': () => this.any(0, 1) && this.boot(this.r.cp),
  };

  /** Does something, and looks on. */
  step(): void {
    const name = this.any(...Object.keys(this.deeds));
    this.deeds[name]();
    const { c } = this.r;
    this.trace.push(`${name}: st ${c.o.st} on ${c.ses.on} ok ${c.ses.ok}`);
    if (name.startsWith('link') || name === 'power cut') this.torn();
    this.run(this.any(40, 400, 3000, 9000, 26000));
  }

  private torn(): void {
    this.prev = '';
    this.cuts.push(this.cs.t());
  }

  run(ms: number): void {
    const { c } = this.r;
    for (let at = 0; at < ms; at += 20) {
      const up = c.o.up;
      this.r.run(20);
      if (up && !c.o.up) this.torn();
      assert.ok(!c.ses.on || !c.o.ino, 'a transaction out of service');
      while (this.seen < this.cs.log.length) this.look(this.seen++);
    }
  }

  private look(at: number): void {
    const { from, type, action, payload } = this.cs.log[at];
    const p = payload as Record<string, string | number>;
    if (from !== 'cp' || type !== 2) return;
    this.trace.push(
      `  ${action} ${p.status ?? p.reason ?? ''} ${p.connectorId ?? ''} ${p.transactionId ?? ''}`,
    );
    if (action === 'BootNotification') {
      this.prev = '';
      this.fresh = 2;
    }
    if (action !== 'StatusNotification' || p.connectorId !== 1) return;
    const to = (this.status = p.status as string);
    assert.ok(
      !this.prev || to === this.prev || NEXT[this.prev].split(' ').includes(to),
      this.prev + ' -> ' + to,
    );
    // The pilot needs a moment after a boot.
    if (this.fresh) this.fresh--;
    this.prev = this.fresh ? '' : to;
  }

  /** All is well again, and nobody is there. */
  end(): void {
    this.mood = {};
    this.r.diode = true;
    this.cs.up = true;
    this.run(200000);
    this.ask('ChangeAvailability', { connectorId: 0, type: 'Operative' });
    for (const reservationId of [1, 2]) this.ask('CancelReservation', { reservationId });
    this.r.cp = 'A';
    this.run(150000);
    assert.equal(this.r.c.ses.on, 0);
    assert.equal(this.status, 'Available');
    const stops = new Map<number, Set<string>>();
    for (const p of this.cs.calls('StopTransaction') as Record<string, number>[]) {
      const of = stops.get(p.transactionId) ?? new Set();
      stops.set(p.transactionId, of.add(`${p.timestamp} ${p.meterStop}`));
    }
    for (const [id, at] of this.given)
      assert.ok(stops.has(id) || this.cuts.some((t) => t >= at - 1 && t < at + 400), `${id} has no end`);
    for (const [id, of] of stops) {
      assert.ok(id < 0 || this.given.some((g) => g[0] === id), `an end of ${id}`);
      assert.ok(id < 0 || of.size === 1, `ends of ${id}: ` + [...of].join());
    }
    for (const key of this.store.keys()) assert.ok(!/^(q\d|qo|rv|i|j)/.test(key) || key === 'ino', key);
  }
}

describe('ocpp walks', () => {
  it(`${WALKS} of ${STEPS} steps: each status may follow the one before, each transaction ends once`, function () {
    this.timeout(60000);
    for (let seed = 1; seed <= WALKS; seed++) {
      const w = new Walk(seed);
      try {
        w.run(3000);
        for (let n = 0; n < STEPS; n++) w.step();
        w.end();
      } catch (e) {
        (e as Error).message += `\nwalk ${seed}:\n` + w.trace.slice(-25).join('\n');
        throw e;
      }
    }
  });
});
