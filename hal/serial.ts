// Serial number: six decimal digits from the last three bytes of the chip's MAC address.

/** The engine's text is hex with a dash in it. */
export function serial(): string {
  const mac = process.env.SERIAL.replace('-', '');
  return String(parseInt(mac.slice(-6), 16) % 1000000).padStart(6, '0');
}
