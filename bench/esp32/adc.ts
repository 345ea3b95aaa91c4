// ADC1 at 11 dB. The curve is the inverse of the chip maker's calibration: a line below count 2880, two tables of
// measured points above, both scaled by the reference voltage of the chip.

const SCALE = 196602;
const OFFSET = 142;
const KNEE = 2880;
const STEP = 64;
const LOW = [
  2240, 2297, 2352, 2405, 2457, 2512, 2564, 2616, 2664, 2709, 2754, 2795, 2832, 2868, 2903, 2937, 2969, 3000,
  3030, 3060,
];
const HIGH = [
  2667, 2706, 2745, 2780, 2813, 2844, 2873, 2901, 2928, 2956, 2982, 3006, 3032, 3059, 3084, 3110, 3135, 3160,
  3184, 3209,
];

/** mV at the pin for a count. */
function millivolts(count: number, vref: number): number {
  const line = (count * ((vref * SCALE) / 4096)) / 65536 + OFFSET;
  if (count < KNEE) return line;
  const i = Math.min(Math.floor((count - KNEE) / STEP), LOW.length - 2);
  const part = (count - KNEE) / STEP - i;
  const low = LOW[i] + (LOW[i + 1] - LOW[i]) * part;
  const high = HIGH[i] + (HIGH[i + 1] - HIGH[i]) * part;
  const table = low + ((high - low) * (vref - 1000)) / 200;
  const blend = Math.min((count - KNEE) / STEP, 1);
  return line + (table - line) * blend;
}

/** A small generator of our own: the same numbers for the same seed everywhere. */
export function generator(seed: number): () => number {
  let s = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), s | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const NOISE = 4096;

export class Adc {
  /** The chip's reference in mV. */
  readonly vref: number;
  /** Register with the reference as the factory burned it: bits 12…8, sign and magnitude, steps of 7 mV. */
  readonly efuse: number;
  /** Count for each mV. */
  private counts = new Float32Array(3301);
  private noise = new Float32Array(NOISE);
  private at = 0;

  constructor(random: () => number) {
    const n = (random() < 0.5 ? -1 : 1) * (1 + Math.floor(random() * 11));
    this.vref = 1100 + 7 * n;
    this.efuse = (n < 0 ? 0x10 | -n : n) << 8;
    for (let mv = 0, count = 0; mv <= 3300; mv++) {
      while (count < 4095 && millivolts(count + 1, this.vref) <= mv) count++;
      const from = millivolts(count, this.vref);
      const to = millivolts(count + 1, this.vref);
      this.counts[mv] = count < 4095 && mv > from ? count + (mv - from) / (to - from) : count;
    }
    for (let i = 0; i < NOISE; i++) {
      this.noise[i] = 2.5 * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    }
  }

  /** 0…4095. */
  count(volts: number): number {
    const mv = volts * 1000;
    if (!(mv > 0)) return 0;
    // The place in the noise depends on the level too, so that a steady walk through the table is no period.
    this.at = (this.at + 1 + (mv & 3)) & (NOISE - 1);
    const i = mv < 3299 ? mv | 0 : 3299;
    const clean = this.counts[i] + (this.counts[i + 1] - this.counts[i]) * (mv < 3300 ? mv - i : 1);
    if (clean <= 0) return 0;
    const raw = Math.round(clean + this.noise[this.at]);
    return raw < 0 ? 0 : raw > 4095 ? 4095 : raw;
  }
}
