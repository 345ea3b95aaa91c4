// Register addresses of the ATM90E32AS and their values after power-on.

export const REG = {
  MeterEn: 0x00,
  PLconstH: 0x31,
  PLconstL: 0x32,
  MMode0: 0x33,
  MMode1: 0x34,
  PStartTh: 0x35,
  PPhaseTh: 0x38,
  SoftReset: 0x70,
  LastSPIData: 0x78,
  CfgRegAccEn: 0x7f,
  /** Sum; phases follow. The same holds for the groups below. */
  APenergyT: 0x80,
  Pmean: 0xb0,
  PFmean: 0xbc,
  PmeanLSB: 0xc0,
  /** No sum: phases at +1…+3. */
  Urms: 0xd8,
  Irms: 0xdc,
  Freq: 0xf8,
  Temp: 0xfc,
};

export const POWER_ON: [number, number][] = [
  [REG.PLconstH, 0x0861],
  [REG.PLconstL, 0xc468],
  [REG.MMode0, 0x0087],
  [0x61, 0x8000],
  [0x62, 0x8000],
  [0x65, 0x8000],
  [0x66, 0x8000],
  [0x69, 0x8000],
  [0x6a, 0x8000],
];
