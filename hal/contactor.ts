// Main contactor, optional mirror contact and optional second pole group for L2 and L3.

import type { Bit, Contactor as Contract } from './types';

export class Contactor implements Contract {
  private _coil: Pin;
  private _mirror: Pin | undefined;
  private _poles: Pin | undefined;
  private _pair: Pin | undefined;

  /**
   * `coil`, `poles`, `pair`: active high; `poles`: second pole group, in series behind the main contacts, which is left alone
   * until it is selected, because nothing proves here that they are open; `pair`: a second
   * contactor for L2 and L3 that always moves with the first. `mirror`: normally closed contact to GND, so 1 = main
   * contacts closed.
   */
  constructor(o: { coil: Pin; mirror?: Pin; poles?: Pin; pair?: Pin }) {
    this._coil = o.coil;
    this._mirror = o.mirror;
    this._poles = o.poles;
    if (o.pair) this._pair = o.pair;
    this.set(0);
    if (o.mirror) o.mirror.mode('input_pullup');
    if (!o.poles) (this as Contract).phases = undefined;
  }

  /** Written every time: a level lost for whatever reason is back with the next scan. */
  set(on: Bit): void {
    this._coil.write(on);
    if (this._pair) this._pair.write(on);
  }

  closed(): Bit | undefined {
    return this._mirror ? (this._mirror.read() ? 1 : 0) : undefined;
  }

  phases(n: 1 | 3): void {
    if (this._poles) this._poles.write(n === 3 ? 1 : 0);
  }
}
