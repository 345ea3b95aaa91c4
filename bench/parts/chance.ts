// Spread of components and noise from a seed. Every part draws from a source of its own, so that one more part does
// not change the others.

export class Chance {
  private x: number;

  constructor(seed: number, name: string) {
    let h = seed | 0;
    for (const c of name) h = Math.imul(h ^ c.charCodeAt(0), 0x01000193);
    this.x = h;
  }

  /** 0…1. */
  next(): number {
    this.x = (this.x + 0x6d2b79f5) | 0;
    let t = Math.imul(this.x ^ (this.x >>> 15), this.x | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  between(lo: number, hi: number): number {
    return lo + (hi - lo) * this.next();
  }

  /** A component of the given value with a relative tolerance. */
  part(value: number, tolerance: number): number {
    return value * this.between(1 - tolerance, 1 + tolerance);
  }

  /** A cheap endless series of normally distributed values: a table read in random order. */
  noise(sigma: number): () => number {
    const table = new Float64Array(1024);
    for (let i = 0; i < table.length; i++) {
      table[i] = sigma * Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
    }
    let x = Math.floor(this.next() * 4294967296) | 0;
    return () => {
      x = (Math.imul(x, 1664525) + 1013904223) | 0;
      return table[x >>> 22];
    };
  }
}
