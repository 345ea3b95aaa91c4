// CRC-16 of ISO/IEC 14443-3 (polynomial x^16 + x^12 + x^5 + 1, reflected); type A starts at 6363.

export function crc16(bytes: number[], start = 0x6363): number {
  let crc = start;
  for (const b of bytes) {
    crc ^= b;
    for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >> 1) ^ 0x8408 : crc >> 1;
  }
  return crc;
}

/** The bytes and their CRC_A, low byte first. */
export function withCrc(bytes: number[]): number[] {
  const crc = crc16(bytes);
  return [...bytes, crc & 0xff, crc >> 8];
}
