// Every fault is a row: what it does to the copper, how it ends, and its names in the key-value API, OCPP, texts and
// light. The rows are never bundled: the build packs them into the Storage file `faults` (tools/faults.mjs), which is
// read when a fault comes, goes or is shown. The bits are constants that cost nothing.

/** Bits of `c.x.err`. */
export const RCM = 1;
export const RCM_TEST = 2;
export const WELD = 4;
export const STUCK = 8;
export const DIODE = 16;
export const PILOT = 32;
export const CABLE = 64;
export const LOCK = 128;
export const LOCK_SHUT = 256;
export const HOT = 512;
export const SENSOR = 1024;
export const CURRENT = 2048;
export const VOLT_LOW = 4096;
export const VOLT_HIGH = 8192;
export const METER = 16384;
export const READER = 32768;
export const INTERNAL = 65536;
export const SAFE = 131072;

/** Bytes of a row of the file, and rows. */
export const ROW = 160;
export const ROWS = 18;

export interface Fault {
  /** Bit of `c.x.err`. */
  bit: number;
  /** `open`: contactor open at once, F pulse on the pilot. `stop`: offer withdrawn, the car ends. `warn`: told only. */
  does: 'open' | 'stop' | 'warn';
  /**
   * What ends it once its cause is gone: `time` alone; the `car`, unplugged; an `operator` or a restart; an `operator`
   * alone, kept in `flash`.
   */
  ends: 'time' | 'car' | 'operator' | 'flash';
  /** Ends by `time`: ms after the cause has gone. */
  wait: number;
  /** Ends by `time`: how often in one plug-in; then the car has to be unplugged. 0 = without limit. */
  most: number;
  /** `err` of the key-value API, older numbering. */
  err: number;
  /** ChargePointErrorCode of OCPP 1.6. */
  ocpp: string;
  /** In plain words, for console, API and the `info` of OCPP (50 bytes at most). */
  text: string;
  /** Flashes of the red light, then a pause. */
  light: number;
}

/** Gravest first: the first one that is set is shown where only one can be. */
// prettier-ignore
export const FAULTS: { [name: string]: Fault } = {
  /** Trip of the residual-current monitor, or its wire is broken. IEC 61851-1 8.4; reset by hand only, so no restart ends it. */
  rcm: { bit: RCM, does: 'open', ends: 'flash', wait: 0, most: 0, err: 1, ocpp: 'GroundFailure', text: 'residual current', light: 2 },
  /** Closed though the coil is off (mirror contact). Nothing that we switch opens it: kept until somebody has looked. */
  weld: { bit: WELD, does: 'open', ends: 'flash', wait: 0, most: 0, err: 9, ocpp: 'PowerSwitchFailure', text: 'contactor welded', light: 3 },
  /** Open though the coil is on. Coils and plungers recover; three times a plug-in. */
  stuck: { bit: STUCK, does: 'open', ends: 'time', wait: 30000, most: 3, err: 10, ocpp: 'PowerSwitchFailure', text: 'contactor does not close', light: 3 },
  /** The test winding had no effect, or the monitor did not clear. Tested again with the next car and after the wait. */
  rcmTest: { bit: RCM_TEST, does: 'open', ends: 'time', wait: 60000, most: 3, err: 11, ocpp: 'GroundFailure', text: 'residual current self-test failed', light: 2 },
  /** No -12 V half while PWM runs: no car, but a resistor. Cars miss a reading; a wet plug dries. */
  diode: { bit: DIODE, does: 'open', ends: 'time', wait: 30000, most: 3, err: 6, ocpp: 'OtherError', text: 'no diode in the vehicle', light: 4 },
  /** Pilot shorted to PE or at no level of the standard. x1 is held for the wait before PWM may come back. */
  pilot: { bit: PILOT, does: 'open', ends: 'time', wait: 750, most: 0, err: 12, ocpp: 'OtherError', text: 'control pilot out of range', light: 4 },
  /** Resistor of the plug outside every window. Read once a plug-in, so only another plug ends it. */
  cable: { bit: CABLE, does: 'open', ends: 'car', wait: 0, most: 0, err: 7, ocpp: 'OtherError', text: 'cable not recognised', light: 5 },
  /** The bolt did not reach its end after all its pulses. */
  lock: { bit: LOCK, does: 'stop', ends: 'time', wait: 0, most: 0, err: 15, ocpp: 'ConnectorLockFailure', text: 'connector does not lock', light: 5 },
  /** The bolt stays shut: unlocking by API, OCPP or button pulses again. */
  lockShut: { bit: LOCK_SHUT, does: 'warn', ends: 'time', wait: 0, most: 0, err: 16, ocpp: 'ConnectorLockFailure', text: 'connector does not unlock', light: 5 },
  /** Too hot; the hysteresis is core/panel's. */
  hot: { bit: HOT, does: 'stop', ends: 'time', wait: 0, most: 0, err: 13, ocpp: 'HighTemperature', text: 'too hot', light: 6 },
  /** A temperature sensor that the board declares gives no reading. */
  sensor: { bit: SENSOR, does: 'stop', ends: 'time', wait: 5000, most: 0, err: 12, ocpp: 'OtherError', text: 'temperature sensor failed', light: 6 },
  /** The vehicle draws more than is on offer. */
  current: { bit: CURRENT, does: 'open', ends: 'time', wait: 60000, most: 3, err: 5, ocpp: 'OverCurrentFailure', text: 'vehicle draws too much', light: 7 },
  /** A phase is missing or below 0.8 of its nominal voltage. */
  voltLow: { bit: VOLT_LOW, does: 'stop', ends: 'time', wait: 30000, most: 0, err: 3, ocpp: 'UnderVoltage', text: 'phase missing or voltage too low', light: 8 },
  voltHigh: { bit: VOLT_HIGH, does: 'stop', ends: 'time', wait: 30000, most: 0, err: 4, ocpp: 'OverVoltage', text: 'voltage too high', light: 8 },
  /** An unexpected error of the program inside a scan, or in a callback that the engine stopped. */
  internal: { bit: INTERNAL, does: 'open', ends: 'time', wait: 30000, most: 3, err: 12, ocpp: 'InternalError', text: 'internal error', light: 1 },
  /** Crashed three times in a row (core/rescue.part.ts). The F pulse and then x1, as after every fault: the pilot still shows that the car is pulled. */
  safe: { bit: SAFE, does: 'open', ends: 'operator', wait: 0, most: 0, err: 12, ocpp: 'InternalError', text: 'safe mode, see the log', light: 9 },
  /** The meter is silent or contradicts itself: no supervision of the current, so the offer is capped (core/limits). */
  meter: { bit: METER, does: 'warn', ends: 'time', wait: 0, most: 0, err: 14, ocpp: 'PowerMeterFailure', text: 'meter does not answer', light: 0 },
  reader: { bit: READER, does: 'warn', ends: 'time', wait: 0, most: 0, err: 14, ocpp: 'ReaderFailure', text: 'card reader does not answer', light: 0 },
};
