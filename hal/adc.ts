// ADC1 at 11 dB calibrated by the reference voltage burned into the chip: readings 0…1 to mV at the pin.

/** Raw reading where the straight part ends, and the distance of the points of the curve above it. */
const KNEE = 2880;
const STEP = 64;

/** End of the straight part as a reading. */
export const STRAIGHT = KNEE / 4096;

/** Reference of this chip, mV: eFuse bits 12…8, sign and magnitude in steps of 7 around 1100; 0 = not burned. */
function vref(): number {
  const n = (peek32(0x3ff5a010) >> 8) & 31;
  return n & 16 ? 1100 - 7 * (n & 15) : 1100 + 7 * n;
}

/** mV at raw 2880, 2944… 4096: interpolated between the published curves for references of 1000 and 1200 mV. */
function curve(ref: number, first: number): Int16Array {
  // prettier-ignore
  const lo = [
    2240, 2297, 2352, 2405, 2457, 2512, 2564, 2616, 2664, 2709, 2754, 2795, 2832, 2868, 2903, 2937, 2969, 3000, 3030, 3060,
  ];
  // prettier-ignore
  const hi = [
    2667, 2706, 2745, 2780, 2813, 2844, 2873, 2901, 2928, 2956, 2982, 3006, 3032, 3059, 3084, 3110, 3135, 3160, 3184, 3209,
  ];
  const to = new Int16Array(20);
  for (let k = 0; k < 20; k++) to[k] = lo[k] + ((hi[k] - lo[k]) * (ref - 1000)) / 200 + 0.5;
  to[0] = first + 0.5; // both parts meet here
  return to;
}

/** One calibration serves every input of the chip. */
export class Adc {
  /** mV of reading 1 on the straight part, less the offset of 142 mV. */
  slope: number;
  private _curve: Int16Array;

  constructor() {
    const ref = vref();
    this.slope = (ref * 196602) / 65536;
    this._curve = curve(ref, (this.slope * KNEE) / 4096 + 142);
  }

  /** mV at the pin. */
  mv(x: number): number {
    return x > STRAIGHT ? this._bend(x * 4096 - KNEE) : x * this.slope + 142;
  }

  /** Reading at which the pin has `mv`: mv() the other way round. */
  raw(mv: number): number {
    const x = (mv - 142) / this.slope;
    if (x <= STRAIGHT) return x;
    const to = this._curve;
    let k = 0;
    while (k < 18 && to[k + 1] < mv) k++;
    return (KNEE + (k + (mv - to[k]) / (to[k + 1] - to[k])) * STEP) / 4096;
  }

  private _bend(raw: number): number {
    const k = raw < 18 * STEP ? (raw / STEP) | 0 : 18;
    const at = this._curve[k];
    return at + ((this._curve[k + 1] - at) * (raw - k * STEP)) / STEP;
  }
}
