// Part on call: `/metrics`, the text format 0.0.4 of Prometheus. Base units; what is not measured here is left out.

import type { Meter } from '../../hal/types';
import { STATES } from '../core/charge';
import type { Charger } from '../core/charger';
import { ROW } from '../core/faults';
import { NONE } from '../core/limits';
import type { Job } from './web.part';

interface Lines extends Job {
  /** Group that is next. */
  n: number;
}

/** Fields of `c.lim`, and the causes' names. */
const LIMITS = 'brd cbl usr ocpp temp car mtr lmo';
const CAUSES = 'board cable user ocpp temperature vehicle meter mode';

/** Lines in front of the samples of a metric; the type follows from its name. */
function head(name: string, help: string): string {
  const type = name.endsWith('_total') ? ' counter\n' : ' gauge\n';
  return '# HELP pilotwire_' + name + ' ' + help + '\n# TYPE pilotwire_' + name + type;
}

/** A sample, nothing without a value; `label` = name="value" or ''. */
function sample(name: string, label: string, v: number | undefined): string {
  return v === undefined || v !== v
    ? ''
    : 'pilotwire_' + name + (label && '{' + label + '}') + ' ' + v + '\n';
}

/** A metric of one sample. */
function one(name: string, help: string, v: number | undefined): string {
  const line = sample(name, '', v);
  return line && head(name, help) + line;
}

/** A metric with a sample for each item: label's name, the items, their values. */
function each(name: string, help: string, label: string, items: string[], v: (number | undefined)[]): string {
  let out = '';
  for (let i = 0; i < items.length; i++) out += sample(name, label + '="' + items[i] + '"', v[i]);
  return out && head(name, help) + out;
}

function about(c: Charger): string {
  const label = 'version="' + VERSION + '",board="' + c.b.name + '",serial="' + c.b.serial + '"';
  return (
    head('info', 'What runs here.') +
    sample('info', label, 1) +
    one('uptime_seconds', 'Time since boot.', c.t / 1000) +
    one('boots_total', 'Boots.', c.rbc)
  );
}

function energy(c: Charger): string {
  if (!c.b.meter) return '';
  return (
    one('energy_joules_total', 'Energy register of a lifetime.', Math.round(c.m.eto) * 3600) +
    one('power_watts', 'Power of all phases.', c.b.meter.ok ? c.m.p : undefined)
  );
}

/** A quantity by phase: what the meter measures, as long as it answers. */
function phase(c: Charger, name: string, help: string, v: number[]): string {
  return each('phase_' + name, help, 'phase', ['1', '2', '3'].slice(0, c.b.phases), v);
}

/** The meter, where it measures more than energy. */
function fine(c: Charger): Meter | undefined {
  const m = c.b.meter;
  return m && m.ok && !m.pulses ? m : undefined;
}

function watts(c: Charger): string {
  const m = fine(c);
  return m ? phase(c, 'power_watts', 'Power of a phase.', m.p) : '';
}

function amps(c: Charger): string {
  const m = fine(c);
  return m ? phase(c, 'current_amperes', 'Current of a phase.', m.i) : '';
}

function volts(c: Charger): string {
  const m = fine(c);
  if (!m) return '';
  return (
    phase(c, 'voltage_volts', 'Voltage of a phase.', m.v) +
    one('frequency_hertz', 'Mains frequency.', m.hz || undefined)
  );
}

function state(c: Charger): string {
  let out = head('state', 'Charging state of IEC 61851-1, 1 for the one that is.');
  for (const n of STATES.split(' '))
    out += 'pilotwire_state{state="' + n + (n === c.s.st ? '"} 1\n' : '"} 0\n');
  return out;
}

function contactor(c: Charger): string {
  return (
    one('contactor_on', 'Coil of the contactor.', c.s.on) +
    one('contactor_closed', 'Mirror contact of the contactor.', c.x.aux) +
    one('contactor_operations_total', 'Times that the contactor closed.', c.m.ops) +
    one('contactor_load_breaks_total', 'Times that the contactor opened under load.', c.m.cut) +
    one('sessions_total', 'Transactions begun.', c.ses.n)
  );
}

function session(c: Charger): string {
  const plugged = c.x.cp === 'B' || c.x.cp === 'C' || c.x.cp === 'D';
  const used = Math.max(0, Math.round(c.m.eto - c.ses.ep)) * 3600;
  return (
    one('vehicle_plugged', 'A vehicle is plugged.', plugged ? 1 : 0) +
    one('transaction_running', 'A transaction runs.', c.ses.on) +
    one('session_energy_joules', 'Energy since plug-in.', c.b.meter ? used : undefined) +
    one('offered_amperes', 'Current on offer to the vehicle, 0 = none.', c.x.amps / 10)
  );
}

/** How many are set, and each of them by its name. */
function faults(c: Charger): string {
  let n = 0;
  let out = '';
  for (let i = 0; c.x.err >> i; i++) {
    if (!((c.x.err >> i) & 1)) continue;
    n++;
    out += sample('fault', 'fault="' + JSON.parse(c.f.file('faults', i * ROW, ROW)!)[6] + '"', 1);
  }
  return one('faults', 'Faults that are set.', n) + (out && head('fault', 'A fault that is set.') + out);
}

function limits(c: Charger): string {
  const lim = c.lim as unknown as { [name: string]: number };
  const v: (number | undefined)[] = [];
  for (const k of LIMITS.split(' ')) v.push(lim[k] < NONE ? lim[k] / 10 : undefined);
  return each('limit_amperes', 'A limit in force, by its cause.', 'cause', CAUSES.split(' '), v);
}

function surroundings(c: Charger): string {
  const dbm = c.b.net.rssi();
  return (
    each('temperature_celsius', 'Temperature.', 'sensor', ['socket', 'board'], c.x.tmp) +
    one('wifi_signal_dbm', 'Wi-Fi signal.', dbm || undefined) +
    one('ocpp_connected', 'Connection to the central system.', c.k.ocppe ? c.o.up : undefined) +
    one('ocpp_accepted', 'Boot accepted by the central system.', c.k.ocppe ? c.o.ok : undefined)
  );
}

function engine(c: Charger): string {
  const m = process.memory(false);
  return (
    one('memory_variables_used', 'Variables of the engine in use.', m.usage) +
    one('memory_variables', 'Variables of the engine.', m.total) +
    one('scan_gap_seconds', 'Longest time between two scans since boot.', c.gap / 1000) +
    one('scans_late_total', 'Scans that came 20 ms late or more since boot.', c.late)
  );
}

const GROUPS = [
  about,
  energy,
  watts,
  amps,
  volts,
  state,
  contactor,
  session,
  faults,
  limits,
  surroundings,
  engine,
];

/** Takes a request in. */
export function start(): Job {
  const job: Lines = {
    out: '',
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    size: -1,
    n: 0,
  };
  return job;
}

/** Goes a group further; true = the text is complete. */
export function step(c: Charger, job: Lines): boolean {
  job.out += GROUPS[job.n++](c);
  return job.n === GROUPS.length;
}
