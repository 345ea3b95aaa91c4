import assert from 'node:assert';
import { board } from './wires';

describe('residual-current monitor', () => {
  it('answers the test current after 40…100 ms and clears 200 ms after it', () => {
    for (const seed of [1, 2, 3, 4]) {
      const b = board(seed);
      const level = b.wires.digitals.get(33)!;
      b.wires.out(14, 1);
      b.run(39);
      assert.equal(level(), 0);
      b.run(62);
      assert.equal(level(), 1);
      b.wires.out(14, 0);
      b.run(198);
      assert.equal(level(), 1);
      b.run(4);
      assert.equal(level(), 0);
    }
  });

  it('does not trip when the self-test fails, trips without supply', () => {
    const b = board();
    b.post('fault', { rcmTest: true });
    b.wires.out(14, 1);
    b.run(1000);
    assert.equal(b.wires.digitals.get(33)!(), 0);
    b.rig.power(false);
    assert.equal(b.wires.digitals.get(33)!(), 1);
  });
});

describe('lock', () => {
  it('locks and opens with a pulse of 300 ms, stays where it is between', () => {
    for (const seed of [1, 2, 3, 4]) {
      const b = board(seed);
      const feedback = b.wires.digitals.get(32)!;
      assert.equal(feedback(), 1);
      b.wires.out(21, 1);
      b.run(100);
      assert.equal(feedback(), 1);
      b.run(200);
      b.wires.out(21, 0);
      assert.equal(feedback(), 0);
      assert.ok(b.wires.edges.includes(32));
      b.run(60000);
      assert.equal(b.see().lock.locked, true);
      b.wires.out(22, 1);
      b.run(300);
      b.wires.out(22, 0);
      assert.equal(b.see().lock.locked, false);
    }
  });

  it('does not move when jammed, with both sides on, or by pull-ups', () => {
    const b = board();
    b.post('fault', { lock: true });
    b.wires.out(21, 1);
    b.run(1000);
    assert.deepEqual(b.see().lock, { locked: false, jammed: true });
    b.wires.out(22, 1);
    b.post('fault', { lock: false });
    b.run(1000);
    assert.equal(b.see().lock.locked, false);
    b.wires.set(22, { mode: 'input' });
    b.wires.set(21, { mode: 'input_pullup', level: 1 });
    b.run(1000);
    assert.equal(b.see().lock.locked, false);
  });
});

describe('proximity', () => {
  it('lies in the windows of the coding resistors', () => {
    const volts: [number, number, number][] = [
      [63, 0.23, 0.43],
      [32, 0.43, 0.819],
      [20, 0.819, 1.65],
      [13, 1.65, 2.269],
    ];
    for (const seed of [1, 2, 3, 4]) {
      const b = board(seed);
      const read = b.wires.analogs.get(35)!;
      assert.ok(read(0) > 3.2);
      for (const [cable, lo, hi] of volts) {
        b.post('car', { state: 'B', cable });
        assert.ok(read(0) > lo && read(0) < hi, `${cable} A: ${read(0)}`);
      }
      b.post('car', { state: 'unplugged' });
      assert.ok(read(0) > 3.2);
    }
  });
});

describe('thermistors', () => {
  it('follow the curve of B 3950', () => {
    const b = board();
    // Resistance of a 10 kΩ B 3950 thermistor in kΩ by the Beta equation.
    for (const [celsius, k] of [
      [-20, 105.385],
      [0, 33.621],
      [25, 10],
      [60, 2.4864],
      [95, 0.8047],
    ]) {
      b.post('temperature', { celsius });
      for (const pin of [36, 39]) {
        const v = b.wires.analogs.get(pin)!(0);
        const expected = (3.3 * k) / (k + 10);
        assert.ok(Math.abs(v - expected) < 0.02, `${celsius} °C: ${v} V, not ${expected}`);
      }
    }
  });

  it('hot: the socket has 95 °C, until it is over', () => {
    const b = board();
    const cold = b.wires.analogs.get(36)!(0);
    b.post('fault', { hot: true });
    assert.ok(b.wires.analogs.get(36)!(0) < 0.3);
    b.post('temperature', { celsius: 25 });
    assert.ok(b.wires.analogs.get(36)!(0) < 0.3);
    b.post('fault', { hot: false });
    assert.ok(Math.abs(b.wires.analogs.get(36)!(0) - cold) < 0.02);
  });
});

describe('light and button', () => {
  it('shows G, R, B from the wire', () => {
    const b = board();
    let changes = 0;
    b.rig.onChange(() => changes++);
    b.wires.pixel(Uint8Array.of(1, 2, 3));
    b.wires.pixel(Uint8Array.of(1, 2, 3));
    assert.deepEqual(b.see().light, { r: 2, g: 1, b: 3 });
    assert.equal(changes, 1);
    b.rig.power(false);
    assert.deepEqual(b.see().light, { r: 0, g: 0, b: 0 });
  });

  it('is low while held', () => {
    const b = board();
    b.post('button', { ms: 100 });
    assert.equal(b.wires.digitals.get(0)!(), 0);
    b.run(99);
    assert.equal(b.wires.digitals.get(0)!(), 0);
    b.run(2);
    assert.equal(b.wires.digitals.get(0)!(), 1);
  });
});

describe('requests', () => {
  const bad: [Parameters<ReturnType<typeof board>['rig']['post']>[0], Record<string, unknown>][] = [
    ['car', { state: 'A' }],
    ['car', { state: 'C', cable: 25 }],
    ['car', { amps: '16' }],
    ['car', { amps: NaN }],
    ['car', { amps: 81 }],
    ['car', { phases: 0 }],
    ['car', { diode: 1 }],
    ['car', { toString: true }],
    ['car', { state: 'C', colour: 'red' }],
    ['card', {}],
    ['card', { uid: '04A1B2' }],
    ['card', { uid: '88A1B2C3' }],
    ['card', { uid: '04A1B288D4E5F6' }],
    ['card', { uid: 'DEADBEEF', ms: 0 }],
    ['button', { ms: 'long' }],
    ['fault', { weld: 1 }],
    ['fault', { weld: true, fire: true }],
    ['mains', { volts: [230, 230] }],
    ['mains', { volts: 230 }],
    ['mains', { hz: 400 }],
    ['temperature', {}],
    ['temperature', { celsius: null }],
  ];
  for (const [what, body] of bad) {
    it(`refuses ${what} ${JSON.stringify(body)} and changes nothing`, () => {
      const b = board();
      const before = JSON.stringify(b.see());
      assert.match(b.rig.post(what, body) ?? '', /^\w+: \w+/);
      assert.equal(JSON.stringify(b.see()), before);
    });
  }

  for (const uid of ['A1888888', '88A1B2C3D4E5F6', '88020388050688080910'])
    it(`takes the UID ${uid}: no 88 where a reader would take it for the cascade tag`, () => {
      assert.equal(board().rig.post('card', { uid }), undefined);
    });

  it('has the fields of the API', () => {
    const s = board().see();
    assert.deepEqual(Object.keys(s).sort(), [
      'car',
      'contactor',
      'faults',
      'light',
      'lock',
      'mains',
      'meter',
      'pilot',
    ]);
    assert.deepEqual(Object.keys(s.car), [
      'state',
      'cable',
      'amps',
      'phases',
      'diode',
      'ignoresPilot',
      'drawing',
      'energy',
    ]);
    assert.deepEqual(s.mains, { present: true, volts: [230, 230, 230], hz: 50 });
  });

  it('lists faults and tells of changes', () => {
    const b = board();
    let changes = 0;
    b.rig.onChange(() => changes++);
    b.post('fault', { pe: true, hot: true });
    assert.deepEqual(b.see().faults, ['pe', 'hot']);
    assert.ok(changes > 0);
    b.post('fault', { pe: false });
    assert.deepEqual(b.see().faults, ['hot']);
  });
});
