// The bench's inner contract: the module with its pins (the controller's side), the parts soldered to it, and whoever
// runs the firmware on it. Times are ms of the bench's world, fractions included; volts, amperes, °C are plain numbers.

/** World time: virtual with the `node` engine, real with the interpreter. */
export interface Clock {
  now(): number;
  /** Calls `fn` once at time `t` (at once, but never inside this call, when `t` is past). Returns an id. */
  at(t: number, fn: () => void): number;
  cancel(id: number): void;
}

export type PinMode = 'input' | 'input_pullup' | 'input_pulldown' | 'output' | 'opendrain';

/** What the controller does to a pin. */
export interface Drive {
  mode: PinMode;
  level: 0 | 1;
  /** 0…1 while PWM runs on the pin, otherwise NaN. */
  duty: number;
  /** PWM frequency, 0 without PWM. */
  hz: number;
}

/** A chip on SPI; `select` and `deselect` are the edges of its chip-select line. */
export interface SpiDevice {
  select(): void;
  /** One byte out and one in at the same time. */
  transfer(byte: number): number;
  deselect(): void;
}

/** How bytes look on a serial line. */
export interface Frame {
  baud: number;
  parity: 'none' | 'even' | 'odd';
}

/** Something at the other end of a serial line. What it says goes to `say`, which the module sets. */
export interface SerialDevice {
  /** Bytes of the controller; the last one has just left the wire. */
  hear(bytes: number[]): void;
  say?: (bytes: number[]) => void;
}

/** What hangs on a 1-Wire net. */
export interface OneWireDevice {
  /** Reset pulse: true = it answers with its presence pulse. */
  reset(): boolean;
  write(byte: number): void;
  read(): number;
}

/** The module as the parts see it: nets named by GPIO number. */
export interface Wires {
  drive(gpio: number): Drive;
  /** `fn` runs after every change of what the controller does to the pin, reset included. */
  onDrive(gpio: number, fn: (d: Drive) => void): void;
  /** Who answers a digital read of the pin. */
  digital(gpio: number, level: () => 0 | 1): void;
  /** Who answers the ADC: volts at the pin at time `t` (fractions of a ms matter: the pilot runs at 1 kHz). */
  analog(gpio: number, volts: (t: number) => number): void;
  /** The level of a digital input may have changed. */
  changed(gpio: number): void;
  /** A device on bus 1 or 2 behind the chip-select GPIO. `mode` and `maxBaud` are what it can stand. */
  spi(bus: 1 | 2, cs: number, device: SpiDevice, mode: 0 | 1 | 2 | 3, maxBaud: number): void;
  /** A device at the pins where a port sends and receives; it understands frames of one kind. */
  serial(tx: number, rx: number, device: SerialDevice, frame: Frame): void;
  oneWire(gpio: number, device: OneWireDevice): void;
  /** WS2812 pixels on a pin: bytes in wire order (G, R, B). */
  pixels(gpio: number, fn: (grb: Uint8Array) => void): void;
}

/** Everything that is wired to one board, and what the bench API does to it. Shapes: docs/bench.md. */
export interface Rig {
  /** Snapshot fields pilot, car, contactor, lock, mains, meter, faults, light. */
  snapshot(): Record<string, unknown>;
  /** Apply a request body; the text says why it was refused, and then nothing changed. */
  post(
    what: 'car' | 'card' | 'button' | 'fault' | 'mains' | 'temperature',
    body: Record<string, unknown>,
  ): string | undefined;
  /** Supply of the controller board: without it coils fall and chips forget. */
  power(on: boolean): void;
  /** GPIO of the pilot's ADC: a burst of samples there is a charging scan. */
  pilotPin?: number;
  /** Puts a wire across the hardware interlock of the coil, where the board has one. */
  bridge?(): void;
  /** Fits a contactor that releases after `ms`. */
  release?(ms: number): void;
  /** Called after every change that a snapshot would show (not for each mV). */
  onChange(fn: () => void): void;
}

/** `bench/wiring/<board>.ts` exports this as default. */
export type Wiring = (wires: Wires, clock: Clock, seed: number) => Rig;

/** The module as the engines see it: what the interpreter's native functions reach. */
export interface Module extends Wires {
  /** All pins back to their state after reset (pull-ups as the engine sets them; 2 4 5 16 17 23 32 33 keep theirs). */
  reset(power: boolean, load?: boolean): void;
  mode(gpio: number, mode: PinMode): void;
  write(gpio: number, level: 0 | 1): void;
  read(gpio: number): 0 | 1;
  /** Raw / 4096 at 11 dB with this chip's reference voltage, noise and curve; `after` ms later than now. */
  analogRead(gpio: number, after?: number): number;
  pwm(gpio: number, value: number, hz: number): void;
  spiSetup(bus: 1 | 2, o: { baud: number; mode: number }): void;
  spiSend(bus: 1 | 2, bytes: Uint8Array, cs: number): Uint8Array;
  /** Ports 2 and 3. `then` gets what comes in, in lumps, as the engine's task finds it. */
  serialSetup(port: 2 | 3, o: Frame & { tx: number; rx: number }, then: (bytes: Uint8Array) => void): void;
  serialWrite(port: 2 | 3, bytes: Uint8Array): void;
  oneWireReset(gpio: number): boolean;
  oneWireWrite(gpio: number, byte: number): void;
  oneWireRead(gpio: number): number;
  pixelWrite(gpio: number, grb: Uint8Array): void;
  /** Edge events of a pin; returns a function that ends them. */
  watch(gpio: number, fn: (level: 0 | 1, t: number) => void): () => void;
}

/** NOR flash: 4 kB pages, writes only clear bits, each byte written counts for a torn write. */
export interface Flash {
  readonly size: number;
  read(at: number, length: number): Uint8Array;
  /** Throws `PowerCut` when the armed byte is reached; the bytes before it are written. */
  write(at: number, data: Uint8Array): void;
  erase(page: number): void;
  /** Cut the supply after `n` more bytes. */
  tear(n: number | undefined): void;
  writes: number;
  erases: number;
  /** Writes and erases in Storage alone; where nobody counts them, all may have been. */
  readonly stored?: number;
}
/** The supply fell while the script ran: nothing the script does afterwards has an effect. */
export class PowerCut extends Error {}

/** TCP as the module's network stack offers it; the other end is bench/gateway.ts. */
export interface NetPort {
  /** Opens a connection and stands still until it is up, as the engine does. Returns its id or throws text. */
  connect(host: string, port: number): number;
  listen(port: number): void;
  send(id: number, data: Uint8Array): void;
  close(id: number): void;
  /** A name's address after a while, or undefined. */
  resolve(host: string, then: (ip: string | undefined) => void): void;
  ping(host: string, then: (ms: number | undefined) => void): void;
  /** Filled by the engine. */
  onAccept?: (id: number, port: number) => void;
  onData?: (id: number, data: Uint8Array) => void;
  /** Orderly close or reset by the peer. Nothing comes when the network vanished. */
  onClose?: (id: number) => void;
  /** Bytes of this connection left the module. */
  onDrain?: (id: number) => void;
  /** UDP, by the port of the module. A datagram that nobody can get is lost without a word. */
  bind(port: number): void;
  unbind(port: number): void;
  datagram(port: number, host: string, to: number, data: Uint8Array): void;
  onDatagram?: (port: number, ip: string, from: number, data: Uint8Array) => void;
}

/** The air around the module. */
export interface Air {
  /** The access point is there. */
  up: boolean;
  onChange?: (up: boolean) => void;
}

/** What an engine gets from the device that it runs in. */
export interface Host {
  clock: Clock;
  module: Module;
  /** 0x310000: 64 kB free area, 0x320000: Storage; addresses of `Flash` methods count from 0x310000. */
  flash: Flash;
  net: NetPort;
  air: Air;
  /** Console output of the script. */
  print(text: string): void;
  /** The chip resets itself (ESP32.reboot, E.reboot, watchdog). */
  reboot(why: string): void;
  /** Native code stands still for `ms` of world time: parts go on, timers and sockets of the script do not. */
  stall(ms: number): void;
  /** Six-digit serial and MAC of this module. */
  serial: string;
}

/** Whoever runs the bundle. */
export interface Engine {
  readonly name: 'node' | 'espruino';
  /** Power is on or the chip was reset: runs the boot files in flash. */
  boot(): void;
  /** Power is off: timers, RAM and sockets are gone without a word. */
  stop(): void;
  /** Characters typed on the serial line. */
  type(text: string): void;
  memory(): { used: number; total: number } | undefined;
  /** Bytes in use in Storage, when that is a file of the engine's own. */
  used?(): number;
}
