// What Home Assistant is told of the charger: one row an entity. Never bundled: the build packs the table into the Storage file
// `entities` (tools/entities.mjs), where a row costs no memory until it is sent. Names of the fields are the short ones of Home
// Assistant's MQTT discovery.

export const KINDS = {
  power: { dev_cla: 'power', unit_of_meas: 'W', stat_cla: 'measurement' },
  energy: { dev_cla: 'energy', unit_of_meas: 'Wh', stat_cla: 'total_increasing' },
  current: { dev_cla: 'current', unit_of_meas: 'A', stat_cla: 'measurement' },
  voltage: { dev_cla: 'voltage', unit_of_meas: 'V', stat_cla: 'measurement' },
  temperature: { dev_cla: 'temperature', unit_of_meas: '\u00b0C', stat_cla: 'measurement' },
};

export interface Entity {
  /** Component: sensor, number, select, ... */
  is: string;
  /** Name, as a person reads it. */
  name: string;
  /** The key that it shows, and sets where it can be set. */
  key: string;
  /** Present only with: m a meter, 3 phases, t a temperature sensor, p contacts that switch phases, w the right to set keys (`mcr`). */
  if?: string;
  /** What it measures, a row of KINDS, and where the key is a list: which of its numbers, with how many places. */
  of?: keyof typeof KINDS;
  nth?: [number, number];
  /** The rest of its description. {ama} becomes the value of that key. */
  more?: object;
}

const list = (words: string[]): string => `[${words.map((w) => `'${w}'`).join()}]`;
/** A choice: number and word in both directions. */
const choice = (words: string[]): object => ({
  ops: words,
  val_tpl: `{{${list(words)}[value|int]}}`,
  cmd_tpl: `{{${list(words)}.index(value)}}`,
});
const FORCE = choice(['Neutral', 'Off', 'On']);
const PHASES = choice(['Automatic', '1 phase', '3 phases']);

export const ENTITIES: Record<string, Entity> = {
  car: {
    is: 'sensor',
    name: 'Vehicle',
    key: 'car',
    more: {
      dev_cla: 'enum',
      ops: ['Unplugged', 'Charging', 'Waiting', 'Finished', 'Error'],
      val_tpl: `{{['Unplugged','Charging','Waiting','Finished','Error'][value|int-1]}}`,
    },
  },
  why: { is: 'sensor', name: 'Reason', key: 'why', more: { val_tpl: '{{value_json}}' } },
  power: { is: 'sensor', name: 'Power', key: 'nrg', if: 'm', of: 'power', nth: [11, 0] },
  energy: { is: 'sensor', name: 'Energy', key: 'eto', if: 'm', of: 'energy' },
  session: { is: 'sensor', name: 'Session energy', key: 'wh', if: 'm', of: 'energy' },
  i1: { is: 'sensor', name: 'Current L1', key: 'nrg', if: 'm', of: 'current', nth: [4, 2] },
  i2: { is: 'sensor', name: 'Current L2', key: 'nrg', if: 'm3', of: 'current', nth: [5, 2] },
  i3: { is: 'sensor', name: 'Current L3', key: 'nrg', if: 'm3', of: 'current', nth: [6, 2] },
  u1: { is: 'sensor', name: 'Voltage L1', key: 'nrg', if: 'm', of: 'voltage', nth: [0, 1] },
  u2: { is: 'sensor', name: 'Voltage L2', key: 'nrg', if: 'm3', of: 'voltage', nth: [1, 1] },
  u3: { is: 'sensor', name: 'Voltage L3', key: 'nrg', if: 'm3', of: 'voltage', nth: [2, 1] },
  offer: {
    is: 'sensor',
    name: 'Current on offer',
    key: 'acu',
    of: 'current',
    more: { val_tpl: '{{0 if value_json is none else value_json}}' },
  },
  temperature: {
    is: 'sensor',
    name: 'Temperature',
    key: 'tma',
    if: 't',
    of: 'temperature',
    nth: [0, 1],
  },
  problem: {
    is: 'binary_sensor',
    name: 'Problem',
    key: 'errs',
    more: { dev_cla: 'problem', val_tpl: "{{'ON' if value|int else 'OFF'}}" },
  },
  fault: {
    is: 'sensor',
    name: 'Fault',
    key: 'flt',
    more: { val_tpl: '{{value_json}}', ent_cat: 'diagnostic' },
  },
  limit: {
    is: 'number',
    name: 'Current limit',
    key: 'amp',
    if: 'w',
    more: { dev_cla: 'current', unit_of_meas: 'A', min: 6, max: '{ama}' },
  },
  force: { is: 'select', name: 'Force state', key: 'frc', if: 'w', more: FORCE },
  phases: { is: 'select', name: 'Phases', key: 'psm', if: 'wp', more: PHASES },
};
