// CRC of Modbus RTU, bit by bit as the standard has it.

export function crc16(bytes: number[]): number {
  let crc = 0xffff;
  for (const b of bytes) {
    crc ^= b;
    for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

/** The bytes and their CRC, low byte first. */
export function withCrc16(bytes: number[]): number[] {
  const crc = crc16(bytes);
  return [...bytes, crc & 255, crc >> 8];
}
