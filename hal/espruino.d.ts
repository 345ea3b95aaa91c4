// The slice of Espruino 2v29 on the ESP32 that we use. Without any `lib`, code that calls what the engine lacks does not
// compile. Only what is declared here and in engine.d.ts may be used.

/** A GPIO. Converts to its number where a number is needed. */
interface Pin {
  write(value: number): void;
  read(): boolean;
  mode(mode: 'input' | 'input_pullup' | 'input_pulldown' | 'output' | 'opendrain' | 'auto'): void;
}
declare const D0: Pin, D1: Pin, D2: Pin, D3: Pin, D4: Pin, D5: Pin;
declare const D12: Pin, D13: Pin, D14: Pin, D15: Pin, D16: Pin, D17: Pin, D18: Pin, D19: Pin;
declare const D21: Pin, D22: Pin, D23: Pin, D25: Pin, D26: Pin, D27: Pin;
declare const D32: Pin, D33: Pin, D34: Pin, D35: Pin, D36: Pin, D39: Pin;

/** Raw reading / 4096 of an ADC1 pin at 11 dB: 0…1. Uncalibrated, blocking. */
declare function analogRead(pin: Pin | number): number;
/** PWM by LEDC: 10 bits, `value * 1024` truncated. Re-initialises timer and channel at each call. */
declare function analogWrite(pin: Pin, value: number, options: { freq: number }): void;
/** At 5 kHz, which five pins share. */
declare function analogWrite(pin: Pin, value: number): void;
declare function digitalWrite(pin: Pin, value: number): void;
declare function digitalRead(pin: Pin): number;
/** Several pins as bits of a number, the first is the highest. */
declare function digitalRead(pins: Pin[]): number;
declare function setWatch(
  fn: (e: { state: boolean; time: number; lastTime: number }) => void,
  pin: Pin,
  options: { repeat: boolean; edge: 'rising' | 'falling' | 'both'; debounce?: number },
): number;
declare function clearWatch(id: number): void;

declare function setTimeout<A extends unknown[]>(fn: (...with_: A) => void, ms: number, ...with_: A): number;
declare function setInterval(fn: () => void, ms: number): number;
/** Throws on undefined. */
declare function clearTimeout(id: number): void;
declare function clearInterval(id: number): void;
/** Seconds, microsecond resolution. Nobody sets the engine's clock, so it only rises. */
declare function getTime(): number;
declare function print(...args: unknown[]): void;
declare function peek32(address: number): number;
/** Loads a Storage file as a module (its `exports`). */
declare function require(name: 'Storage'): EspStorage;
declare function require(name: 'Flash'): EspFlash;
declare function require(name: 'Wifi'): EspWifi;
declare function require(name: 'net'): EspNet;
declare function require(name: 'dgram'): { createSocket(type: 'udp4'): EspDatagrams };
declare function require(name: 'http'): EspHttp;
declare function require(name: 'crypto'): EspCrypto;
declare function require(name: 'neopixel'): { write(pin: Pin, grb: ArrayLike<number>): void };
declare function require(name: string): unknown;
declare const Modules: { removeCached(name: string): void; addCached(name: string, text: string): void };
/** `load()` restarts the script: kill events, then the boot files again. */
declare function load(): void;
declare const global: { [name: string]: unknown };

declare const E: {
  /**
   * Ours: the slot of the update that runs, absent = the factory's bundle. Its file in Storage, where the update begins in it,
   * which one it is, its directory; whether it has proved itself; 1 = it works so far, 2 = an
   * error got out.
   */
  slot?: { name: string; at: number; seq: number; dir: string; ok: 0 | 1; up: number };
  /** Ours: damaged files of the factory's bundle, a space before each; absent = there is none. */
  torn?: string;
  /** 1 = an update that comes in pieces is filling the slot that does not run; until the next boot. */
  fill?: 1;
  /** `out[i] = fn(src[i])` with a native loop; no script runs in between when `fn` is native. */
  mapInPlace(src: Uint8Array, out: Float32Array, fn: (value: number) => number): void;
  enableWatchdog(seconds: number, automatic: boolean): void;
  kickWatchdog(): void;
  reboot(): void;
  srand(seed: number): void;
  hwRand(): number;
  on(event: 'kill' | 'init', fn: () => void): void;
  on(event: 'errorFlag', fn: (flags: string[]) => void): void;
  getErrorFlags(): string[];
  CRC32(data: Uint8Array | string): number;
  /** Sum of all elements, native. */
  sum(data: Uint8Array | Float32Array): number;
  /** Sum (not mean) of (x - mean)^2 over all elements, native; `mean` may be any number. */
  variance(data: Float32Array, mean: number): number;
  toString(...data: unknown[]): string;
  toUint8Array(...data: unknown[]): Uint8Array;
  setConsole(port: null): void;
};
declare const process: {
  version: string;
  env: { BOARD: string; SERIAL: string; [name: string]: string };
  memory(gc: false): { free: number; usage: number; total: number };
  on(event: 'uncaughtException', fn: (e: unknown) => void): void;
};
declare const ESP32: {
  reboot(): void;
  setAtten(pin: Pin, mv: number): void;
  getState(): { freeHeap: number };
};

interface EspSpi {
  /** MSB first only. */
  setup(o: { sck: Pin; miso: Pin; mosi: Pin; baud: number; mode: 0 | 1 | 2 | 3 }): void;
  /** Sends all bytes with `cs` held low and returns what came back. */
  send(data: number[] | Uint8Array, cs: Pin): Uint8Array;
}
declare const SPI1: EspSpi, SPI2: EspSpi;

/** `read` takes what has come and was not listened to: the engine keeps 512 letters. It comes in lumps, up to 100 ms late. */
interface EspSerial {
  setup(baud: number, o: { tx: Pin; rx: Pin; parity?: 'none' | 'even' | 'odd' }): void;
  write(data: number[] | Uint8Array | string): void;
  read(): string;
}
declare const Serial2: EspSerial, Serial3: EspSerial;

/** Bit-banged with interrupts off for the length of a slot, 65 us. */
interface EspOneWire {
  /** True = something answers. 1 ms. */
  reset(): boolean;
  write(data: number | number[]): void;
  read(n: number): Uint8Array;
}
declare const OneWire: { new (pin: Pin): EspOneWire };

interface EspStorage {
  /** Text that points into flash; undefined when there is no such file. */
  read(name: string, offset?: number, length?: number): string | undefined;
  write(name: string, data: string | Uint8Array, offset?: number, size?: number): boolean;
  erase(name: string): void;
  list(): string[];
  getFree(): number;
  compact(): void;
}
interface EspFlash {
  read(length: number, address: number): Uint8Array;
  write(data: Uint8Array | string, address: number): void;
  erasePage(address: number): void;
}
/** Five pings, a call after each, answered or not: only the counts tell. `error` stays 0. */
interface EspPing {
  respTime: number;
  error?: unknown;
  totalCount?: number;
  timeoutCount?: number;
}
/** A network in the air. */
interface EspHeard {
  /** Bytes; '' = hidden. */
  ssid: string;
  /** open, wep, wpa, wpa2, wpa_wpa2, or unknown, which is anything newer. */
  authMode: string;
  rssi: number;
  channel: string;
}
interface EspWifi {
  connect(ssid: string, o: { password: string }, then: (error?: string | null) => void): void;
  disconnect(): void;
  startAP(
    ssid: string,
    o: { password: string; authMode: 'wpa2' },
    then: (error?: string | null) => void,
  ): void;
  stopAP(): void;
  /** Throws while another one runs. One that the radio refuses, because it joins, runs for ever. */
  scan(then: (all: EspHeard[]) => void): void;
  setHostname(name: string): void;
  /** Before `connect`; the callback must be there. Name servers are not set by it. */
  setIP(o: { ip: string; netmask: string; gw: string }, then: (error?: unknown) => void): void;
  getIP(): { ip: string; netmask: string; gw: string; mac: string };
  /** The only place on the ESP32 with the signal strength; all of it only while joined. `channel` is a number here, `authMode` as in a search. */
  getStatus(): { rssi?: number; channel: number; bssid: string; authMode: string };
  getDetails(then?: (d: { rssi: number; ssid: string }) => void): { rssi: number; ssid: string };
  getHostByName(host: string, then: (ip: string | null | undefined) => void): void;
  ping(host: string, then: (r: EspPing) => void): void;
  on(
    event: 'connected' | 'disconnected' | 'associated',
    fn: (d: { ip?: string; reason?: string; msg?: string }) => void,
  ): void;
}
/** A UDP socket. Text is bytes. */
interface EspDatagrams {
  bind(port: number): void;
  /** `address` as a number: a name would stop the engine. */
  send(data: string, port: number, address: string): void;
  close(): void;
  on(event: 'message', fn: (data: string, from: { address: string; port: number }) => void): void;
}
/** A TCP socket. Text is bytes. */
interface EspSocket {
  write(data: string): boolean;
  end(data?: string): void;
  on(event: 'data', fn: (data: string) => void): void;
  on(event: 'drain' | 'close', fn: (hadError?: boolean) => void): void;
  on(event: 'error', fn: (e: { code: number; message: string }) => void): void;
}
interface EspNet {
  /** Resolves the name and waits for the handshake: blocks the engine, up to minutes; throws when it fails. */
  connect(o: { host: string; port: number }, then?: (s: EspSocket) => void): EspSocket;
}
interface EspRequest {
  method: string;
  url: string;
  headers: { [name: string]: string };
  on(event: 'data', fn: (data: string) => void): void;
  /** `end`: all of the body has come. */
  on(event: 'end' | 'close', fn: () => void): void;
}
interface EspResponse {
  writeHead(status: number, headers: { [name: string]: string | number }): void;
  write(data: string): boolean;
  end(data?: string): void;
  on(event: 'drain' | 'close', fn: () => void): void;
}
interface EspHttp {
  createServer(fn: (q: EspRequest, r: EspResponse) => void): { listen(port: number): void; close(): void };
}
interface EspCrypto {
  SHA1(data: string): ArrayBuffer;
  SHA256(data: string): ArrayBuffer;
}
declare function btoa(bytes: string | Uint8Array): string;
declare function atob(text: string): string;
