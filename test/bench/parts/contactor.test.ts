import assert from 'node:assert';
import { board, charging } from './wires';
import type { Board } from './wires';

const shown = (b: Board) => b.see().contactor;
/** ms until `what` holds, in steps of 0.5. */
function until(b: Board, what: () => boolean, limit = 500): number {
  for (let t = 0; t <= limit; t += 0.5) {
    if (what()) return t;
    b.run(0.5);
  }
  return Infinity;
}

describe('contactor and interlock', () => {
  it('pulls in after 20 ms with some bounce, releases within 15…40 ms, mirror contact with it', () => {
    for (const seed of [1, 2, 3, 4]) {
      const b = board(seed);
      b.wires.pwm(27, 0.3);
      b.post('car', { state: 'C' });
      b.run(2000);
      const mirror = b.wires.digitals.get(13)!;
      assert.equal(mirror(), 0);
      b.wires.edges = [];
      b.wires.out(26, 1);
      assert.deepEqual([shown(b).commanded, shown(b).closed], [true, false]);
      const on = until(b, () => shown(b).closed);
      assert.ok(on >= 17 && on <= 23, String(on));
      b.run(10);
      assert.equal(b.wires.edges.filter((pin) => pin === 13).length, 5);
      assert.equal(mirror(), 1);
      b.wires.out(26, 0);
      const off = until(b, () => !shown(b).closed);
      assert.ok(off >= 15 && off <= 40, String(off));
      assert.equal(mirror(), 0);
      assert.equal(shown(b).operations, 1);
      assert.equal(shown(b).openedUnderLoad, 0);
      assert.equal(shown(b).lastOpenDelay, null);
    }
  });

  it('gives the coil no supply outside C and D, and falls without help when the car leaves C', () => {
    const b = board();
    b.wires.pwm(27, 0.3);
    b.post('car', { state: 'B' });
    b.wires.out(26, 1);
    b.run(500);
    assert.deepEqual([shown(b).commanded, shown(b).closed], [true, false]);
    const c = charging();
    c.post('car', { state: 'B' });
    c.run(30);
    assert.equal(shown(c).closed, true);
    c.run(50);
    assert.equal(shown(c).closed, false);
    const delay = shown(c).lastOpenDelay!;
    assert.ok(delay >= 50 && delay <= 80, String(delay));
  });

  it('holds through the low halves of PWM, in C1, and in D', () => {
    const b = charging(0.1);
    b.run(1000);
    assert.equal(shown(b).closed, true);
    b.post('car', { ignoresPilot: true, state: 'D' });
    b.wires.out(27, 1);
    b.run(1000);
    assert.equal(shown(b).closed, true);
    assert.equal(shown(b).operations, 1);
  });

  it('measures the delay from unplugging to open contacts when the controller is quicker', () => {
    const b = charging();
    b.post('car', { state: 'unplugged' });
    b.run(10);
    b.wires.out(26, 0);
    b.run(60);
    const delay = shown(b).lastOpenDelay!;
    assert.ok(delay >= 30 && delay <= 40, String(delay));
    assert.equal(shown(b).openedUnderLoad, 0);
  });

  it('forgets a demand whose fault was taken back', () => {
    const b = charging();
    b.post('car', { diode: false });
    b.run(1000);
    b.post('car', { diode: true });
    b.run(60000);
    b.wires.out(26, 0);
    b.run(50);
    assert.deepEqual([shown(b).closed, shown(b).lastOpenDelay], [false, null]);
  });

  it('measures from the loss of the diode', () => {
    const b = charging();
    b.post('car', { diode: false });
    b.run(100);
    b.wires.out(26, 0);
    b.run(50);
    const delay = shown(b).lastOpenDelay!;
    assert.ok(delay > 120 && delay < 130, String(delay));
  });

  it('opens under load at a trip of the residual-current monitor, at once', () => {
    const b = charging();
    b.post('fault', { rcm: true });
    assert.equal(b.wires.digitals.get(33)!(), 1);
    b.run(40);
    assert.equal(shown(b).closed, false);
    assert.equal(shown(b).openedUnderLoad, 1);
    assert.ok(shown(b).lastOpenDelay! <= 30);
    assert.deepEqual(b.see().faults, ['rcm']);
  });

  it('welded stays closed without coil, and opens when the fault is taken away', () => {
    const b = charging();
    b.post('fault', { weld: true });
    b.wires.out(26, 0);
    b.run(1000);
    assert.deepEqual([shown(b).closed, shown(b).welded, shown(b).commanded], [true, true, false]);
    assert.equal(b.wires.digitals.get(13)!(), 1);
    b.post('fault', { weld: false });
    b.run(100);
    assert.deepEqual([shown(b).closed, shown(b).welded], [false, false]);
  });

  it('stuck open does not close', () => {
    const b = charging();
    b.post('fault', { stuckOpen: true });
    b.run(100);
    assert.deepEqual([shown(b).commanded, shown(b).closed], [true, false]);
    b.post('fault', { stuckOpen: false });
    b.run(100);
    assert.equal(shown(b).closed, true);
  });

  it('falls when the pin is no longer an output, has a pull-up only, or the supply goes', () => {
    const undo: ((b: Board) => void)[] = [
      (b) => b.wires.set(26, { mode: 'input_pullup', level: 1 }),
      (b) => b.wires.set(26, { mode: 'opendrain', level: 1 }),
      (b) => b.rig.power(false),
    ];
    for (const fn of undo) {
      const b = charging();
      fn(b);
      b.run(60);
      assert.equal(shown(b).closed, false);
      assert.equal(shown(b).openedUnderLoad, 1);
    }
  });
});
