// A release of the engine for the ESP32, as far as flash.sh looks at it.

import { createHash } from 'node:crypto';

/** A program as the chip's loader takes it: header, these segments, check sum, SHA-256. */
function image(chip: number, ...segments: Buffer[]): Buffer {
  const head = Buffer.alloc(24);
  head[0] = 0xe9;
  head[1] = segments.length;
  head.writeUInt16LE(chip, 12);
  head[23] = 1;
  const parts = segments.flatMap((data) => {
    const about = Buffer.alloc(8);
    about.writeUInt32LE(0x3ffb0000, 0);
    about.writeUInt32LE(data.length, 4);
    return [about, data];
  });
  const body = Buffer.concat([head, ...parts]);
  const end = Buffer.alloc(16 - (body.length & 15));
  end[end.length - 1] = segments.reduce((sum, data) => data.reduce((x, b) => x ^ b, sum), 0xef);
  const all = Buffer.concat([body, end]);
  return Buffer.concat([all, createHash('sha256').update(all).digest()]);
}

/** A program for this kind of chip with the line that the engine prints at its start. */
export const program = (version: string, chip = 0): Buffer =>
  image(chip, Buffer.from(version ? `\0 ${version} (c) 2026 G.Williams\n\0` : 'hello'), Buffer.alloc(40, 7));

const ROWS: Record<string, [at: number, size: number]> = {
  nvs: [0x9000, 0x3000],
  otadata: [0xc000, 0x2000],
  free: [0xe000, 0x2000],
  factory: [0x10000, 0x180000],
  ota_0: [0x190000, 0x180000],
  flash: [0x310000, 0x10000],
  storage: [0x320000, 0xe0000],
};

/** The partition table of the release, with some rows changed. */
export function table(change: Record<string, [at: number, size: number]> = {}): Buffer {
  const rows = Object.entries({ ...ROWS, ...change }).map(([name, [at, size]]) => {
    const row = Buffer.alloc(32);
    row.writeUInt16LE(0x50aa, 0);
    row.writeUInt32LE(at, 4);
    row.writeUInt32LE(size, 8);
    row.write(name, 12);
    return row;
  });
  return Buffer.concat([...rows, Buffer.alloc(3072 - 32 * rows.length, 0xff)]);
}

export const release = (): Record<string, Buffer> => ({
  'README_flash.txt': Buffer.from('How to flash'),
  'bootloader.bin': image(0, Buffer.alloc(64, 1)),
  'partitions_espruino.bin': table(),
  'espruino_esp32.bin': program('2v29'),
});
