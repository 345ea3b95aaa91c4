import assert from 'node:assert';
import { charger } from '../fake/charger';
import { button, derate, light, sense } from '../../firmware/core/panel';
import { heal, raise } from '../../firmware/core/fault';
import { tap } from '../../firmware/core/access';
import { HOT, RCM, SENSOR } from '../../firmware/core/faults';
import { NONE } from '../../firmware/core/limits';

describe('panel', () => {
  it('derates from 60 °C to 6 A at 70 °C', () => {
    const c = charger().c;
    const rows = [
      [20, NONE],
      [60, NONE],
      [65, 190],
      [70, 60],
      [74, 60],
    ];
    for (const [celsius, amps] of rows) assert.equal(derate(c, celsius), amps, `${celsius} °C`);
  });

  it('stops at 75 °C, goes on at 55 °C; three readings in a row that cannot be are a broken sensor', () => {
    const f = charger();
    let celsius: number | undefined = 75;
    f.c.b.temperature = [{ read: () => celsius }];
    const rows: [number | undefined, number][] = [
      [75, HOT],
      [71, HOT],
      [56, HOT],
      [55, 0],
      [undefined, 0],
      [undefined, 0],
      [300, SENSOR],
      [undefined, SENSOR],
      [20, 0],
    ];
    for (const [now, err] of rows) {
      celsius = now;
      f.c.t += 6000;
      sense(f.c);
      f.c.t += 5000;
      heal(f.c);
      assert.equal(f.c.x.err, err, `${now} °C`);
    }
  });

  it('the button steps through the presets that the installation allows', () => {
    const f = charger({ settings: { amp: 10, ama: 16 } });
    f.journal['k.clp'] = '[6,10,16,32]';
    // Down in the first second it was so before the start, which is no press.
    f.c.t = 5000;
    let down: 0 | 1 = 0;
    f.c.b.button = { down: () => down };
    const press = (): number => {
      down = 1;
      button(f.c);
      button(f.c);
      down = 0;
      button(f.c);
      return f.c.k.amp;
    };
    assert.deepEqual([press(), press(), press()], [16, 6, 10]);
  });

  it('the button does what bac and bar let it do', () => {
    const rows: [key: string, plugged: 0 | 1, charging: 0 | 1, does: number[]][] = [
      // Setting 0 to 3: 1 = it does it.
      ['idle', 0, 0, [0, 1, 1, 1]],
      ['plugged', 1, 0, [0, 0, 1, 1]],
      ['charging', 1, 1, [0, 0, 0, 1]],
    ];
    for (const [what, plugged, charging, does] of rows)
      for (const [n, yes] of does.entries()) {
        const f = charger({ settings: { amp: 10 } });
        f.journal['k.bac'] = f.journal['k.bar'] = '' + n;
        f.journal['k.clp'] = '[12]';
        let down: 0 | 1 = 1;
        f.c.b.button = { down: () => down };
        f.c.x.cp = plugged ? 'B' : 'A';
        f.c.s.on = charging;
        f.c.t = 1000;
        button(f.c);
        down = 0;
        button(f.c);
        assert.equal(f.c.k.amp, yes ? 12 : 10, `${what}, bac ${n}`);
        down = 1;
        button(f.c);
        f.c.t += 4000;
        button(f.c);
        assert.equal(f.events.includes('button'), yes === 1, `${what}, bar ${n}`);
      }
  });

  it('the light sleeps with lse while nobody is there, and blinks while a card is to be learnt', () => {
    const f = charger({ settings: { cid: '#010203', cwc: '#040506', lbr: 255, lse: 1 } });
    const seen: number[] = [];
    f.c.b.light = { set: (v) => seen.push(v) };
    light(f.c);
    f.c.x.cp = 'B';
    light(f.c);
    f.c.x.cp = 'A';
    f.c.lrn = [0, 4000];
    for (f.c.t = 0; f.c.t < 6000; f.c.t += 1000) light(f.c);
    assert.deepEqual(seen, [0, 0x040506, 0x010203, 0, 0x010203, 0, 0, 0]);
  });

  it('the light shows the state in the chosen colours and brightness', () => {
    const f = charger({
      settings: { cid: '#010203', cch: '#00FF00', cwc: '#FFFF00', cfi: '#0000FF', lbr: 255 },
    });
    let rgb = -1;
    f.c.b.light = { set: (v) => (rgb = v) };
    light(f.c);
    assert.equal(rgb, 0x010203);
    f.c.s.on = 1;
    f.c.k.lbr = 128;
    light(f.c);
    assert.equal(rgb, 0x008000);
  });

  it('a fault flashes red as often as its row says, also where the light is dimmed away', () => {
    const f = charger({ settings: { cid: '#010203', lbr: 0 } });
    let rgb = -1;
    f.c.b.light = { set: (v) => (rgb = v) };
    raise(f.c, RCM);
    const seen: number[] = [];
    for (f.c.t = 0; f.c.t < 3000; f.c.t += 300) {
      light(f.c);
      seen.push(rgb ? 1 : 0);
    }
    assert.deepEqual(seen, [1, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('a card that is refused: red flashes for three seconds, a known one none', () => {
    const f = charger({ settings: { cid: '#010203', lbr: 255, cards: [{ id: 'AA', name: '', e: 0 }] } });
    const seen: number[] = [];
    f.c.b.light = { set: (v) => seen.push(v) };
    tap(f.c, 'BB');
    for (f.c.t = 0; f.c.t < 4000; f.c.t += 600) light(f.c);
    assert.deepEqual(seen, [0xff0000, 0xff0000, 0xff0000, 0xff0000, 0xff0000, 0x010203, 0x010203]);
    tap(f.c, 'AA');
    assert.equal(f.c.no < f.c.t, true);
  });
});
