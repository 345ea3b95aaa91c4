// The main contactor K1 (four poles, mirror contact) and K2, whose poles lie in series with L2 and L3. Both coils are
// released by their resistors when nobody drives the pin; K1's coil is fed through the interlock.

import type { Clock, Drive } from '../types';
import { Chance } from './chance';
import type { Interlock } from './interlock';
import { Relay, type Travel } from './relay';
import { Signal } from './signal';

/** A load that wears the contacts, A. */
const LOAD = 1;
/** Bench default of the release time, ms; contactors take 15…40. */
const RELEASE = 25;

const driven = (d: Drive): boolean => d.mode === 'output' && d.level === 1 && Number.isNaN(d.duty);

export class Contactor {
  /** A coil or, bounce left out, contacts. */
  readonly changed = new Signal();
  /** Contacts touch or part, bounce included. */
  readonly touched = new Signal();
  readonly main: Relay;
  readonly pair: Relay;
  /** Level of the main coil's pin, whatever the interlock says. */
  commanded = false;
  /** Times that the main contacts closed. */
  operations = 0;
  openedUnderLoad = 0;
  /** From the demand to contacts open, ms. */
  lastOpenDelay: number | null = null;
  /** Current per phase, A. */
  load: () => number[] = () => [0, 0, 0];

  private travel: Travel;
  private wanted = false;
  private on = true;
  private demanded: { t: number; by: 's2' | 'fault' } | undefined;

  constructor(
    private clock: Clock,
    seed: number,
    private interlock: Interlock,
    release = RELEASE,
  ) {
    const c = new Chance(seed, 'contactor');
    const travel = (this.travel = { pullIn: c.part(20, 0.1), release: c.part(release, 0.05), bounce: 3 });
    this.main = new Relay(clock, travel, (bounce) => this.moved(this.main, bounce));
    this.pair = new Relay(clock, travel, (bounce) => this.moved(this.pair, bounce));
    interlock.changed.on(() => this.feed());
  }

  coil(d: Drive): void {
    this.commanded = driven(d);
    this.feed();
    this.changed.emit();
  }

  pairCoil(d: Drive): void {
    this.wanted = driven(d);
    this.feed();
  }

  supply(on: boolean): void {
    this.on = on;
    this.feed();
  }

  /** The main contacts have to open from now on: the car opened S2, or a fault was put in. */
  demand(by: 's2' | 'fault'): void {
    const { closed, energised, welded } = this.main;
    if ((closed || energised) && !welded && !this.demanded) this.demanded = { t: this.clock.now(), by };
  }

  /** The demand is gone: the car closed S2 again, or the fault was taken back. */
  relent(by: 's2' | 'fault'): void {
    if (this.demanded?.by === by) this.demanded = undefined;
  }

  weld(on: boolean): void {
    this.demanded = undefined;
    this.main.weld(on);
    this.changed.emit();
  }

  stick(on: boolean): void {
    this.main.stick(on);
    this.changed.emit();
  }

  /** Another contactor: one that releases after `ms`. */
  release(ms: number): void {
    this.travel.release = ms;
  }

  /** Phase k (0 = L1) is let through. */
  connected(k: number): boolean {
    return this.main.touching && (k === 0 || this.pair.touching);
  }

  /** Normally closed contact to ground with a pull-up: 1 while any main contact touches. */
  mirror(): 0 | 1 {
    return this.main.touching ? 1 : 0;
  }

  private feed(): void {
    this.main.coil(this.on && this.commanded && this.interlock.ok);
    this.pair.coil(this.on && this.wanted);
  }

  private moved(relay: Relay, bounce: boolean): void {
    if (!bounce) this.book(relay);
    this.touched.emit();
    if (!bounce) this.changed.emit();
  }

  /** Runs before anybody else hears of the move, so `load` is still the current that was broken. */
  private book(relay: Relay): void {
    const main = relay === this.main;
    if (relay.closed) {
      if (main) this.operations++;
      return;
    }
    const broken = this.load().slice(main ? 0 : 1);
    if ((main || this.main.closed) && broken.some((a) => a > LOAD)) this.openedUnderLoad++;
    if (!main) return;
    if (this.demanded) this.lastOpenDelay = Math.round((this.clock.now() - this.demanded.t) * 10) / 10;
    this.demanded = undefined;
  }
}
