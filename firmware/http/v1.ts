// The object of API version 1: texts nearly throughout, other units in places; nothing but the names of that version may
// appear. It is never bundled: the build packs it into the Storage file `keys` (tools/pack.mjs), and the part on call `dump`
// makes the answer of it.
//
// A row without `get` reads as in version 2, null as 0 and booleans as 0 and 1. In `get` c.f.read(KEY) is the value of
// version 2; else the rules of core/keys.ts hold. What has no type is in quotes, whatever it is; s is JSON of a text.

import type { Charger } from '../core/charger';
import type { Zone } from '../core/zone.part';

export interface Row {
  t?: 'i' | 's' | 'j';
  get?(c: Charger): unknown;
}

export const KEYS = {
  version: { get: (): unknown => 'B' },
  rbc: {},
  rbt: {},
  amp: {},
  err: {},
  cbl: {},
  fsp: {},
  amt: {},
  adi: {},
  wst: {},
  tds: {},
  lbr: {},
  ust: {},
  ama: {},
  lse: {},
  tme: {
    get: (c): unknown =>
      ((t: string): string =>
        t.substr(8, 2) + t.substr(5, 2) + t.substr(2, 2) + t.substr(11, 2) + t.substr(14, 2))(
        (c.f.part('zone') as Zone).loc(c),
      ),
  },
  car: {
    get: (c): unknown =>
      ((n: number): number => (n < 5 ? n : c.x.cp === 'A' ? 1 : 3))(c.f.read('car') as number),
  },
  ast: { get: (c): unknown => c.k.acs },
  alw: { get: (c): unknown => c.alw },
  stp: { get: (c): unknown => (c.k.dwo === null ? 0 : 2) },
  dwo: { get: (c): unknown => Math.round((c.k.dwo || 0) / 100) },
  amx: { get: (c): unknown => c.f.read('amp') },
  /** Bits 0 to 2: L1 to L3 behind the contactor, 3 to 5 in front of it. */
  pha: {
    get: (c): unknown =>
      ((p: number[]): number => p[0] | (p[1] << 1) | (p[2] << 2) | (p[3] << 3) | (p[4] << 4) | (p[5] << 5))(
        c.f.read('pha') as number[],
      ),
  },
  cid: { get: (c): unknown => parseInt(c.k.cid.substr(1), 16) },
  cch: { get: (c): unknown => parseInt(c.k.cch.substr(1), 16) },
  cfi: { get: (c): unknown => parseInt(c.k.cfi.substr(1), 16) },
  dws: { get: (c): unknown => Math.round((c.m.eto - c.ses.ep) * 360) },
  eto: { get: (c): unknown => Math.floor(c.m.eto / 100) },
  uby: { get: (c): unknown => Math.max(0, c.ses.trx) },
  /** V; 0.1 A; 0.1 kW, the total 0.01 kW; %. */
  nrg: {
    t: 'j',
    get: (c): unknown =>
      ((v: number[]): number[] =>
        v
          .slice(0, 4)
          .concat(
            [v[4] * 10, v[5] * 10, v[6] * 10],
            [v[7] / 100, v[8] / 100, v[9] / 100, v[10] / 100, v[11] / 10],
            v.slice(12),
          )
          .map(Math.round))(c.f.read('nrg') as number[]),
  },
  wss: { t: 's', get: (c): unknown => (c.k.wifis.length ? c.k.wifis[0].ssid : '-') },
  wke: { get: (): unknown => '********' },
  wak: { get: (): unknown => '********' },
  wen: { get: (): unknown => 1 },
  cdi: { get: (): unknown => 1 },
  r1x: { get: (): unknown => 2 },
  tmp: { get: (c): unknown => Math.round((c.f.read('tma') as number[])[0]) },
  tma: { t: 'j', get: (c): unknown => c.f.read('tma') },
  tof: { get: (c): unknown => 100 + Math.floor(c.k.tof / 60) },
  fwv: { get: (c): unknown => c.f.read('fwv') },
  sse: { get: (c): unknown => c.b.serial },
  // What this charger has no use for, at rest.
  sch: { get: (): unknown => 'AAAA' },
  dto: { get: (): unknown => 0 },
  aho: { get: (): unknown => 0 },
  afi: { get: (): unknown => 0 },
  azo: { get: (): unknown => 0 },
  nmo: { get: (): unknown => 0 },
  sdp: { get: (): unknown => 0 },
  al1: { get: (c): unknown => (c.f.read('clp') as number[])[0] || 0 },
  al2: { get: (c): unknown => (c.f.read('clp') as number[])[1] || 0 },
  al3: { get: (c): unknown => (c.f.read('clp') as number[])[2] || 0 },
  al4: { get: (c): unknown => (c.f.read('clp') as number[])[3] || 0 },
  al5: { get: (c): unknown => (c.f.read('clp') as number[])[4] || 0 },
  // The cards. Their numbers are shown as `lri` is: with `rde`.
  eca: { get: (c): unknown => Math.floor((c.k.cards[0] ? c.k.cards[0].e : 0) / 100) },
  rca: { get: (c): unknown => (c.k.cards[0] && c.k.rde ? c.k.cards[0].id : '') },
  rna: { t: 's', get: (c): unknown => (c.k.cards[0] ? c.k.cards[0].name : '') },
  ecr: { get: (c): unknown => Math.floor((c.k.cards[1] ? c.k.cards[1].e : 0) / 100) },
  rcr: { get: (c): unknown => (c.k.cards[1] && c.k.rde ? c.k.cards[1].id : '') },
  rnm: { t: 's', get: (c): unknown => (c.k.cards[1] ? c.k.cards[1].name : '') },
  ecd: { get: (c): unknown => Math.floor((c.k.cards[2] ? c.k.cards[2].e : 0) / 100) },
  rcd: { get: (c): unknown => (c.k.cards[2] && c.k.rde ? c.k.cards[2].id : '') },
  rne: { t: 's', get: (c): unknown => (c.k.cards[2] ? c.k.cards[2].name : '') },
  ec4: { get: (c): unknown => Math.floor((c.k.cards[3] ? c.k.cards[3].e : 0) / 100) },
  rc4: { get: (c): unknown => (c.k.cards[3] && c.k.rde ? c.k.cards[3].id : '') },
  rn4: { t: 's', get: (c): unknown => (c.k.cards[3] ? c.k.cards[3].name : '') },
  ec5: { get: (c): unknown => Math.floor((c.k.cards[4] ? c.k.cards[4].e : 0) / 100) },
  rc5: { get: (c): unknown => (c.k.cards[4] && c.k.rde ? c.k.cards[4].id : '') },
  rn5: { t: 's', get: (c): unknown => (c.k.cards[4] ? c.k.cards[4].name : '') },
  ec6: { get: (c): unknown => Math.floor((c.k.cards[5] ? c.k.cards[5].e : 0) / 100) },
  rc6: { get: (c): unknown => (c.k.cards[5] && c.k.rde ? c.k.cards[5].id : '') },
  rn6: { t: 's', get: (c): unknown => (c.k.cards[5] ? c.k.cards[5].name : '') },
  ec7: { get: (c): unknown => Math.floor((c.k.cards[6] ? c.k.cards[6].e : 0) / 100) },
  rc7: { get: (c): unknown => (c.k.cards[6] && c.k.rde ? c.k.cards[6].id : '') },
  rn7: { t: 's', get: (c): unknown => (c.k.cards[6] ? c.k.cards[6].name : '') },
  ec8: { get: (c): unknown => Math.floor((c.k.cards[7] ? c.k.cards[7].e : 0) / 100) },
  rc8: { get: (c): unknown => (c.k.cards[7] && c.k.rde ? c.k.cards[7].id : '') },
  rn8: { t: 's', get: (c): unknown => (c.k.cards[7] ? c.k.cards[7].name : '') },
  ec9: { get: (c): unknown => Math.floor((c.k.cards[8] ? c.k.cards[8].e : 0) / 100) },
  rc9: { get: (c): unknown => (c.k.cards[8] && c.k.rde ? c.k.cards[8].id : '') },
  rn9: { t: 's', get: (c): unknown => (c.k.cards[8] ? c.k.cards[8].name : '') },
  ec1: { get: (c): unknown => Math.floor((c.k.cards[9] ? c.k.cards[9].e : 0) / 100) },
  rc1: { get: (c): unknown => (c.k.cards[9] && c.k.rde ? c.k.cards[9].id : '') },
  rn1: { t: 's', get: (c): unknown => (c.k.cards[9] ? c.k.cards[9].name : '') },
  loe: { t: 'i', get: (): unknown => 0 },
  lot: { t: 'i', get: (): unknown => 0 },
  lom: { t: 'i', get: (): unknown => 0 },
  lop: { t: 'i', get: (): unknown => 0 },
  lof: { t: 'i', get: (): unknown => 0 },
  loa: { t: 'i', get: (): unknown => 0 },
  lch: { t: 'i', get: (): unknown => 0 },
  log: { get: (): unknown => '' },
} as const satisfies Record<string, Row>;
