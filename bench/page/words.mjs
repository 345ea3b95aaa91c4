// What the page makes of a snapshot: its words and figures, and of a form: its body. Touches no document.

export const fixed = (n, digits) => Number(n).toFixed(digits);

/** Request body of form fields `{name, type, value, checked, number}`: an empty number is left out, several of one name are a list. */
export function body(fields) {
  const out = {};
  for (const f of fields) {
    const number = f.number || f.type === 'number' || f.type === 'range';
    if (number && f.value === '') continue;
    const value = f.type === 'checkbox' ? f.checked : number ? Number(f.value) : f.value;
    const list = fields.filter((other) => other.name === f.name).length > 1;
    out[f.name] = list ? [...(out[f.name] ?? []), value] : value;
  }
  return out;
}

/** A that a pilot offers, IEC 61851-1 table A.8. */
export function offer({ mode, duty }) {
  if (mode !== 'pwm' || duty < 8 || duty > 97) return 0;
  return duty < 10 ? 6 : duty <= 85 ? duty * 0.6 : Math.min((duty - 64) * 2.5, 80);
}

/** State as IEC 61851-1 names it: what the car shows, and whether current is offered. */
export function letter({ mode, high }) {
  if (mode === 'low') return 'F';
  const level = ['E', 'D', 'C', 'B', 'A'][[1.5, 4.5, 7.5, 10.5].filter((v) => high >= v).length];
  return level === 'E' ? 'E' : level + (mode === 'pwm' ? 2 : 1);
}

/** The state in a few letters. */
export function brief(s) {
  if (!s.t) return 'no power';
  const most = Math.max(...s.car.drawing);
  return letter(s.pilot) + (most ? ` · ${fixed(most, 1)} A` : '');
}

/** What goes on, in words, and the names of the moves that come next. */
export function story(s) {
  const state = letter(s.pilot);
  const { car, contactor } = s;
  const flows = car.drawing.some((a) => a > 0);
  if (!s.t) return ['No power', 'The controller is without supply. It boots by itself when power is back.'];
  if (s.faults.length)
    return [`${state} · Fault`, `Set on this page: ${s.faults.join(', ')}.`, 'mend', 'unplug'];
  if (s.pilot.mode === 'low')
    return [
      'F · Fault',
      'The charger reports a fault with -12 V on the pilot; its console says which.',
      'unplug',
    ];
  if (!s.mains.present)
    return [`${state} · No grid`, 'The car gets nothing until the grid is back.', 'grid', 'unplug'];
  if (contactor.closed && car.state === 'unplugged')
    return [`${state} · Closed without a car`, 'The contactor is closed though nothing is plugged in.'];
  // The volts are the car's word, the width of the pulses is the charger's.
  const pulses = `Pulses of ${fixed(s.pilot.duty, 1)} % offer ${fixed(offer(s.pilot), 1)} A`;
  if (flows && s.pilot.mode !== 'pwm')
    return [`${state} · Stopping`, 'The offer has ended; the car has six seconds to stop.', 'full', 'unplug'];
  if (flows)
    return [
      `${state} · Charging`,
      `${pulses}, and at ${state[0] === 'D' ? 3 : 6} V the car takes them. The same card again ends it, or the car is full.`,
      'tap',
      'full',
      'unplug',
    ];
  if (car.state === 'unplugged')
    return ['A · No car', 'The pilot stands at 12 V. Plug in a car: it pulls it down to 9 V.', 'plug'];
  if (car.state === 'E')
    return ['E · Pilot shorted', 'The car holds the pilot to earth. Unplug it.', 'unplug'];
  if (car.state === 'B')
    return [`${state} · Plugged in`, 'At 9 V the car is there and wants nothing now.', 'want', 'unplug'];
  if (car.state === 'D')
    return [
      `${state} · Ventilation`,
      'At 3 V the car asks for ventilation. A charger that has none gives it nothing.',
      'want',
      'unplug',
    ];
  if (s.pilot.mode === 'pwm')
    return [`${state} · Offered`, `${pulses}; the car takes them in a moment.`, 'tap', 'unplug'];
  return [
    `${state} · Waiting`,
    "The car wants energy, but a pilot without pulses offers nothing. Tap a card, if one is asked for. A fault may be kept until somebody ends it: the charger's own page tells.",
    'tap',
    'unplug',
  ];
}

const two = (n) => String(Math.floor(n)).padStart(2, '0');
export const clock = (ms) => `${two(ms / 3600000)}:${two((ms / 60000) % 60)}:${two((ms / 1000) % 60)}`;
const wh = (n) => (n >= 10000 ? `${fixed(n / 1000, 2)} kWh` : `${fixed(n, 1)} Wh`);
const kb = (n) => `${Math.round(n / 1024)} kB`;

/** How a field of the snapshot is shown. */
export const AS = {
  wh,
  time: clock,
  ms: (n) => (n === null ? 'never' : n > 9999 ? `${fixed(n / 1000, 1)} s` : `${n} ms`),
  volts: (n) => `${fixed(n, 2)} V`,
  percent: (n) => `${fixed(n, 1)} %`,
  times: (n) => (n === 1 ? 'once' : `${n} times`),
  mode: (m) => ({ high: 'steady', pwm: 'PWM', low: 'steady, low' })[m],
  offer: (p) => (offer(p) ? `${fixed(offer(p), 1)} A` : 'nothing'),
  amps: (list) => list.map((a) => fixed(a, 1)).join('   ') + ' A',
  power: (list, s) => `${fixed(list.reduce((w, a, k) => w + a * s.mains.volts[k], 0) / 1000, 2)} kW`,
  grid: (v, s) => (s.mains.present ? `${Math.round(Math.max(...v))} V` : 'off'),
  car: (c) => (c.drawing.some((a) => a) ? `${fixed(Math.max(...c.drawing), 1)} A` : `car ${c.state}`),
  contactor: (c) =>
    (c.closed ? `closed, ${c.phases} ph` : 'open') +
    (c.welded ? ', welded' : '') +
    (c.commanded === c.closed ? '' : c.commanded ? ', told to close' : ', told to open'),
  lock: (l) => (l.locked ? 'locked' : 'open') + (l.jammed ? ', jammed' : ''),
  rgb: (l) => `${l.r} ${l.g} ${l.b}`,
  vars: (e) => (e.usedVars === null ? 'not counted' : `${e.usedVars} of ${e.totalVars}`),
  flash: (f) => `${kb(f.used)} of ${kb(f.size)}`,
  wear: (f) => `${f.writes}, ${f.erases}`,
};

/** Next moves: text of the button, what is posted, its body. */
export const MOVES = {
  plug: ['Plug in a car', 'car', { state: 'C' }],
  want: ['It wants energy', 'car', { state: 'C' }],
  full: ['It is full', 'car', { state: 'B' }],
  unplug: ['Unplug', 'car', { state: 'unplugged' }],
  tap: ['Tap the card', 'card'],
  mend: ['Take all faults back', 'fault'],
  grid: ['Grid back', 'mains', { present: true }],
};
