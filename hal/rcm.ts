// Residual-current monitor: trip input and test output.

import type { Bit, Rcm as Contract } from './types';

/** `trip` is 1 on a residual current and on a broken wire; `test` is active high, absent where nothing drives the winding. */
export class Rcm implements Contract {
  private _trip: Pin;
  private _test: Pin | undefined;

  constructor(o: { trip: Pin; test?: Pin }) {
    this._trip = o.trip;
    this._test = o.test;
    o.trip.mode('input');
    if (o.test) o.test.write(0);
    else (this as Contract).test = undefined;
  }

  tripped(): Bit {
    return this._trip.read() ? 1 : 0;
  }

  test(on: Bit): void {
    this._test!.write(on);
  }
}
