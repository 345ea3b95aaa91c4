// The engine's generator: two multiply-with-carry halves. On the ESP32 it begins alike at every boot.

export class Random {
  private w = 0xdeadbeef;
  private z = 0xcafebabe;

  seed(n: number): void {
    const s = n >>> 0;
    this.w = ((s & 0xffff) | (s << 16)) >>> 0;
    this.z = ((s & 0xffff0000) | (s >>> 16)) >>> 0;
  }

  /** 31 bits. */
  int(): number {
    this.z = (Math.imul(36969, this.z & 0xffff) + (this.z >>> 16)) >>> 0;
    this.w = (Math.imul(18000, this.w & 0xffff) + (this.w >>> 16)) >>> 0;
    return ((this.z << 16) + this.w) & 0x7fffffff;
  }

  float(): number {
    return this.int() / 0x7fffffff;
  }
}
