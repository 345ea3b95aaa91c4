// The two adapters of ioBroker as they are published, against the running bundle: what their user sees is what the charger
// does, what the user sets arrives, and neither has anything to complain about. Only the core around them is a stand-in
// (test/fake/iobroker).

import assert from 'node:assert';
import { createRequire } from 'node:module';
import { start } from '../../bench/start';
import type { Bench } from '../../bench/start';
import type { Json } from './wire';
import { ask } from './wire';

interface Adapter {
  states: Map<string, { val: unknown; ack: boolean }>;
  lines: [level: string, text: string][];
  timers: Map<number, { fn: () => void; ms: number }>;
  listeners(event: string): ((...args: unknown[]) => Promise<void>)[];
  user(id: string, val: unknown): void;
  seen(test: () => boolean): Promise<void>;
  getStateFromDevice(): Promise<void>;
}

const load = createRequire(import.meta.url);

describe('clients: ioBroker', function () {
  this.timeout(120000);
  let b: Bench;
  let a: Adapter;

  const keys = async (filter: string): Promise<Json> =>
    JSON.parse((await ask(b.http, `/api/status?filter=${filter}`)).body) as Json;
  const val = (id: string): unknown => a.states.get(id)?.val;
  /** What the user is shown. */
  const shows = (expected: Record<string, unknown>): void => {
    for (const [id, v] of Object.entries(expected)) assert.deepEqual(val(id), v, id);
  };
  const near = (id: string, v: number, by: number): void =>
    assert.ok(Math.abs((val(id) as number) - v) <= by, `${id} = ${val(id)}`);
  const quiet = (): void => {
    const bad = a.lines.filter(
      ([level, t]) => level === 'warn' || level === 'error' || t.includes('Not supported key'),
    );
    assert.deepEqual(bad, []);
  };
  const plug = async (): Promise<void> => {
    await b.post('car', { state: 'C', cable: 32, amps: 32, phases: 3 });
    await b.advance(12000);
  };
  const duty = async (): Promise<number> => ((await b.snapshot()).pilot as unknown as { duty: number }).duty;

  function make(name: string, config: object): Adapter {
    const adapter = (load(name) as (options: object) => Adapter)({ config });
    return adapter;
  }

  beforeEach(async () => {
    b = await start({ csms: 'off', fresh: true });
  });
  afterEach(async () => {
    for (const end of a.listeners('unload')) await end(() => undefined);
    await b.stop();
  });

  it('go-e: every state is right, and every switch works', async () => {
    a = make('iobroker.go-e', {
      serverName: b.http.slice(7),
      serverInterval: 3600,
      apiVersion: 2,
      calcMethod: 'iob',
      selectedAttributes: ['alw', 'car', 'amp'],
      maxAmp: 16,
    });
    await a.listeners('ready')[0]();
    /** Asks again, as it does every minute, and waits for the last of what comes. */
    const refresh = async (): Promise<void> => {
      for (const id of ['power_management', 'phaseSwitchMode', 'rfid.badges.10.name', 'car'])
        a.states.delete(id);
      await a.getStateFromDevice();
      await a.seen(() => ['phaseSwitchMode', 'rfid.badges.10.name', 'car'].every((id) => a.states.has(id)));
    };
    await refresh();
    const me = await keys('sse,fwv,eto');
    shows({
      'info.connection': true,
      car: 1,
      ampere: 16,
      amperePV: 16,
      error: 0,
      access_state: 0,
      stop_state: 0,
      phases: 56,
      'energy.phase1.preContactorActive': true,
      'energy.phase1.postContactorActive': false,
      phaseSwitchMode: 0,
      max_ampere: 32,
      firmware_version: me.fwv,
      serial_number: '' + me.sse,
      unlocked_by: 0,
      'wifi.state': 3,
      'energy.power': 0,
    });
    await plug();
    await refresh();
    shows({
      car: 2,
      allow_charging: 1,
      phases: 63,
      cable_ampere_code: 32,
      'energy.phase3.postContactorActive': true,
    });
    near('energy.phase1.voltage', 230, 2);
    near('energy.phase2.ampere', 16, 0.3);
    near('energy.phase3.power', 3.7, 0.2);
    near('energy.power', 11, 0.3);
    near('energy.phase1.power_coefficient', 100, 3);

    a.user('ampere', 10);
    await a.seen(() => a.states.get('ampere')?.ack === true);
    assert.equal((await keys('amp')).amp, 10);
    await b.advance(6000);
    assert.ok(Math.abs((await duty()) - 16.7) < 0.2);

    const sets: [id: string, value: unknown, key: string, becomes: unknown][] = [
      ['amperePV', 12, 'amp', 12],
      ['max_load', 5, 'dwo', 5000],
      ['stop_state', 0, 'dwo', null],
      ['unlock_state', 1, 'ust', 1],
      ['settings.color.idle', '#112233', 'cid', '#112233'],
      ['settings.color.charging', '#00FFAA', 'cch', '#00FFAA'],
      ['settings.color.finish', '#FF0000', 'cfi', '#FF0000'],
      ['settings.color.led_brightness', 200, 'lbr', 200],
      ['settings.color.led_save_energy', 1, 'lse', true],
      ['settings.ampere_level2', 8, 'clp', [6, 8, 12, 14, 16]],
      ['settings.ampere_level5', 20, 'clp', [6, 8, 12, 14, 20]],
      ['access_state', 1, 'acs', 1],
      ['access_state', 0, 'acs', 0],
      ['phaseSwitchMode', 2, 'psm', 2],
    ];
    for (const [id, value, key, becomes] of sets) {
      const before = a.lines.length;
      a.user(id, value);
      // It tells what the charger has answered.
      await a.seen(() => a.lines.slice(before).some(([, t]) => t.startsWith('200 with message')));
      assert.deepEqual((await keys(key))[key], becomes, id);
    }
    await refresh();
    shows({ amperePV: 12, stop_state: 0, unlock_state: 1, phaseSwitchMode: 2, 'settings.ampere_level2': 8 });
    shows({ 'settings.color.led_brightness': 200, 'settings.color.led_save_energy': 1 });

    a.user('allow_charging', 0);
    await a.seen(() => a.states.get('allow_charging')?.ack === true);
    await b.advance(8000);
    await refresh();
    shows({ allow_charging: 0, phases: 56, 'energy.power': 0 });
    near('energy.total', Number((await keys('eto')).eto) / 1000, 0.1);
    quiet();
  });

  it('go-e-charger: what it finds, and a forced charge with its current and phases', async () => {
    a = make('iobroker.go-e-charger', {
      cycleTime: 10000,
      wallBoxList: [{ ipAddress: b.http.slice(7) }],
      maxChargeCurrent: 32,
    });
    await b.get('/api/set?rde=1&cards=' + encodeURIComponent('[{"cardId":"04A1B2C3D4E5F6","name":"Ann"}]'));
    await a.listeners('ready')[0]();
    /** Its next round. */
    const cycle = async (): Promise<void> => {
      const [[id, timer]] = a.timers;
      a.timers.delete(id);
      timer.fn();
      await a.seen(() => a.timers.size > 0);
    };
    await cycle();
    const me = await keys('typ,fwv');
    const box = (names: Record<string, unknown>): void =>
      shows(Object.fromEntries(Object.entries(names).map(([n, v]) => ['Wallbox_0.' + n, v])));
    shows({ 'info.connection': true });
    box({
      'info.connection': true,
      'info.carState': 1,
      'info.firmwareVersion': me.fwv,
      'info.hardwareVersion': me.typ,
      'info.accessControlState': 0,
      'info.hardwareMaxChargeCurrent': 32,
      'info.hardwareMinChargeCurrent': 6,
      'info.unlockedByRFIDNo': 0,
      'Power.GridPhases': 3,
      'Power.Charge': 0,
      'statistics.rebootCounter': 1,
      'statistics.RFID1.cardName': 'Ann',
      'statistics.RFID1.cardId': '04A1B2C3D4E5F6',
    });

    a.user('Wallbox_0.Settings.ChargeCurrent', 14);
    a.user('Wallbox_0.Settings.Charge3Phase', true);
    a.user('Wallbox_0.Settings.ChargeNOW', true);
    await cycle();
    assert.deepEqual(await keys('amp,psm,frc'), { amp: 14, psm: 2, frc: 0 });
    await plug();
    await cycle();
    box({
      'info.carState': 2,
      'Power.ChargingAllowed': true,
      'Power.ChargeCurrent': 14,
      'Power.EnabledPhases': 3,
    });
    near('Wallbox_0.Power.Charge', 9660, 200);
    near('Wallbox_0.Power.MeasuredMaxPhaseCurrent', 14, 0.3);
    near('statisticsGlobal.chargePower', 9660, 200);

    // A card starts a session: its number and name are shown.
    a.user('Wallbox_0.Settings.ChargeNOW', false);
    await b.post('car', { state: 'unplugged' });
    await b.get('/api/set?acs=1');
    await b.advance(2000);
    await plug();
    await b.post('card', { uid: '04A1B2C3D4E5F6', ms: 1000 });
    await b.advance(8000);
    await cycle();
    box({ 'info.unlockedByRFIDNo': 1, 'info.unlockedByRFIDName': 'Ann', 'info.carState': 2 });
    quiet();
  });
});
