// The pictures: grid, charger and car, the pilot, the currents.

import { $, make } from './dom.mjs';
import { fixed, offer } from './words.mjs';

export function scene(s) {
  const { r, g, b } = s.light;
  const top = Math.max(r, g, b);
  // A dim light is a bright colour that is half transparent.
  const colour = top
    ? `rgb(${[r, g, b].map((v) => Math.round((v * 255) / top)).join(' ')} / ${0.45 + (0.55 * top) / 255})`
    : 'transparent';
  $('swatch').style.background = colour;
  document.querySelector('#scene .lamp').style.fill = colour;
  const is = {
    plugged: s.car.state !== 'unplugged',
    grid: s.mains.present,
    closed: s.contactor.closed,
    locked: s.lock.locked,
    flow: s.car.drawing.some((a) => a > 0),
  };
  for (const [name, on] of Object.entries(is)) $('scene').classList.toggle(name, on);
}

const SVG = 'http://www.w3.org/2000/svg';
/** Height of a voltage in the picture of the pilot. */
const y = (v) => Math.round((100 - v * 6.6) * 10) / 10;

export function rules() {
  for (const v of [12, 9, 6, 3, 0, -12]) {
    const line = document.createElementNS(SVG, 'line');
    const text = document.createElementNS(SVG, 'text');
    for (const [k, n] of Object.entries({ x1: 42, x2: 400, y1: y(v), y2: y(v) })) line.setAttribute(k, n);
    if (!v) line.setAttribute('class', 'zero');
    text.setAttribute('x', 4);
    text.setAttribute('y', y(v) + 4);
    text.textContent = `${v} V`;
    $('rules').append(line, text);
  }
}

/** Two milliseconds of the pilot. */
export function scope(p) {
  const pwm = p.mode === 'pwm' && p.hz > 0;
  let d = `M42 ${y(p.high)}H400`;
  if (pwm) {
    const period = 179000 / p.hz;
    d = `M42 ${y(p.low)}`;
    for (let x = 42; x < 399; x += period)
      d += `H${x}V${y(p.high)}H${Math.min(400, x + (period * p.duty) / 100)}V${y(p.low)}`;
    d += 'H400';
  }
  $('beam').setAttribute('d', d);
  $('duty').textContent = pwm ? `${fixed(p.duty, 1)} % at ${Math.round(p.hz)} Hz` : 'steady';
}

export function bars(s) {
  const limit = Math.max(32, s.car.amps);
  if (!$('bars').children.length)
    for (const k of [1, 2, 3]) {
      const row = make('div', '');
      row.append(make('span', `L${k}`), make('i', ''), make('span', ''));
      $('bars').append(row);
    }
  s.car.drawing.forEach((a, k) => {
    const row = $('bars').children[k].children;
    row[1].style.setProperty('--part', `${Math.min(100, (a / limit) * 100)}%`);
    row[2].textContent = `${fixed(a, 1)} A`;
  });
}

/** Bench time that the trace shows, ms. */
const SPAN = 300000;
let points = [];

export function forgetTrace() {
  points = [];
}

export function note(s) {
  const last = points.at(-1);
  if (last && (last.boots !== s.boots || last.t > s.t)) points = [];
  const { t, boots, pilot, car } = s;
  if (t) points.push({ t, boots, volts: pilot.high, drawn: car.drawing[0], offered: offer(pilot) });
  while (points.length > 2 && points[1].t < s.t - SPAN) points.shift();
}

/** Volts of the pilot's top, the current on offer and the one of L1, each as high as its scale goes. */
export function trace() {
  const now = points.at(-1)?.t ?? 0;
  const most = Math.max(...points.map((p) => Math.max(p.drawn, p.offered)));
  const amps = [16, 32].find((a) => a >= most) ?? 80;
  $('top').textContent = `${amps} A`;
  for (const [name, e, top] of [
    ['volts', $('volts'), 12],
    ['offered', $('offered'), amps],
    ['drawn', $('drawn'), amps],
  ]) {
    let d = '';
    for (const p of points) {
      const x = fixed(Math.max(0, 400 - ((now - p.t) * 400) / SPAN), 1);
      const h = fixed(122 - Math.max(0, p[name] / top) * 96, 1);
      d += d ? `H${x}V${h}` : `M${x} ${h}`;
    }
    e.setAttribute('d', d);
  }
}
