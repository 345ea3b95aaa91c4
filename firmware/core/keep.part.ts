// Part on call: keeps an admitted setting. By itself, so that whoever checked it can be let go of first: the longest values take
// three times their length while they are written.

import type { Charger } from './charger';
import type { Row } from './config';

/** Exports of this part. */
export interface Keep {
  store(c: Charger, r: Row, v: unknown): void;
}

export { store } from './setting';
