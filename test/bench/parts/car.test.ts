import assert from 'node:assert';
import { allowed } from '../../../bench/parts/car';
import { board, charging } from './wires';
import type { Board } from './wires';

const near = (x: number, y: number, by: number): void =>
  assert.ok(Math.abs(x - y) <= by, `${x} is not ${y} ± ${by}`);
const drawing = (b: Board): number[] => b.see().car.drawing;

describe('car', () => {
  it('reads duty as IEC 61851-1 says', () => {
    const rows = [
      [0, 0], [2.9, 0], [5, 0], [7.5, 0], [8, 6], [9.96, 6], [10, 6], [16.7, 10.02], [53.32, 31.992], [85, 51],
      [86, 55], [96, 80], [97, 80], [98, 0], [100, 0],
    ]; // prettier-ignore
    for (const [duty, amps] of rows) near(allowed(duty), amps, 1e-9);
  });

  it('stays at B without PWM, closes S2 within a second of it', () => {
    const b = board();
    b.wires.out(27, 1);
    b.post('car', { state: 'C' });
    b.run(60000);
    assert.ok(b.cp().hi > 8);
    assert.equal(b.see().car.state, 'C');
    b.wires.pwm(27, 0.3);
    b.run(400);
    assert.ok(b.cp().hi > 8);
    b.run(700);
    assert.ok(b.cp().hi < 7);
  });

  it('does not close S2 for 5 % or a frequency out of tolerance', () => {
    for (const [duty, hz] of [
      [0.05, 1000],
      [0.3, 1030],
      [0.3, 970],
    ]) {
      const b = board();
      b.wires.pwm(27, duty, hz);
      b.post('car', { state: 'C' });
      b.run(5000);
      assert.ok(b.see().pilot.high > 8, `${duty} ${hz}`);
    }
  });

  it('draws what the duty, its own maximum and the cable allow, on its phases', () => {
    const rows: [number, Record<string, unknown>, number[]][] = [
      [0.2667, {}, [16, 16, 16]],
      [0.2667, { phases: 2 }, [16, 16, 0]],
      [0.2667, { phases: 1, amps: 10 }, [10, 0, 0]],
      [0.5333, { cable: 20 }, [20, 20, 20]],
      [0.96, { cable: 63, amps: 80 }, [63, 63, 63]],
      [0.1, {}, [6, 6, 6]],
    ];
    for (const [duty, car, amps] of rows) {
      charging(duty, car)
        .see()
        .car.drawing.forEach((a, k) => near(a, amps[k], 0.05));
    }
  });

  it('starts softly and follows a change of duty within 3 s', () => {
    const b = board();
    b.wires.pwm(27, 0.5333);
    b.post('car', { state: 'C' });
    b.run(1500);
    b.wires.out(26, 1);
    b.run(300);
    assert.equal(drawing(b)[0], 0);
    b.run(3000);
    near(drawing(b)[0], 32, 0.1);
    b.wires.pwm(27, 0.1);
    b.run(300);
    near(drawing(b)[0], 32, 0.1);
    b.run(2700);
    near(drawing(b)[0], 6, 0.1);
  });

  it('ends within 2 s of a withdrawn offer: current first, then S2; starts again with PWM', () => {
    const b = charging(0.5333);
    b.wires.out(27, 1);
    let quiet = 0;
    let open = 0;
    for (let t = 20; t <= 3000; t += 20) {
      b.run(20);
      if (!quiet && drawing(b)[0] === 0) quiet = t;
      if (!open && b.see().pilot.high > 8) open = t;
    }
    assert.ok(quiet > 200 && open > quiet && open < 2000, `${quiet} ${open}`);
    b.wires.pwm(27, 0.2667);
    b.run(5000);
    near(drawing(b)[0], 16, 0.1);
  });

  it('goes on drawing when it ignores the pilot', () => {
    const b = charging(0.2667, { ignoresPilot: true, amps: 20 });
    near(drawing(b)[0], 20, 0.01);
    b.wires.out(27, 1);
    b.run(10000);
    near(drawing(b)[0], 20, 0.01);
    assert.ok(b.see().pilot.high < 7);
    b.post('car', { ignoresPilot: false });
    b.run(2000);
    assert.deepEqual(drawing(b), [0, 0, 0]);
    assert.ok(b.see().pilot.high > 8);
  });

  it('opens S2 at once for B and stops for a dead pilot within half a second', () => {
    const b = charging();
    b.post('car', { state: 'B' });
    assert.ok(b.cp().hi > 8);
    assert.deepEqual(drawing(b), [0, 0, 0]);
    const c = charging();
    c.wires.out(27, 0);
    c.run(500);
    assert.deepEqual(drawing(c), [0, 0, 0]);
  });

  it('draws only from phases that contacts and mains feed', () => {
    const b = charging();
    b.wires.out(25, 0);
    b.run(200);
    b.see().car.drawing.forEach((a, k) => near(a, [16, 0, 0][k], 0.05));
    assert.equal(b.see().contactor.phases, 1);
    b.wires.out(25, 1);
    b.post('mains', { volts: [230, 0, 230] });
    b.run(200);
    b.see().car.drawing.forEach((a, k) => near(a, [16, 0, 16][k], 0.05));
    b.post('mains', { present: false });
    assert.deepEqual(drawing(b), [0, 0, 0]);
    b.post('mains', { present: true });
    b.run(4000);
    near(drawing(b)[0], 16, 0.05);
  });

  it('counts its energy', () => {
    const b = charging(0.2667, { phases: 1 });
    const before = b.see().car.energy;
    b.run(3600000);
    near(b.see().car.energy - before, 16.002 * 230 * 0.995, 2);
  });
});
