// Part on call: tells Home Assistant of this charger (MQTT discovery), an entity a step. The descriptions lie in flash, see
// entities.ts; what does not hold any more is taken back by an empty text.

import type { Charger } from '../core/charger';
import { json } from '../core/json';
import type { Broker } from './link';
import { RETAINED, field, packet, prefix } from './packet';

/** What an entity needs is there: see entities.ts. */
function there(c: Charger, needs: string): boolean {
  const b = c.b;
  if (c.f.get('k.mhe') === '0') return false;
  if (needs.includes('m') && !b.meter) return false;
  if (needs.includes('3') && b.phases < 3) return false;
  if (needs.includes('t') && !b.temperature) return false;
  if (needs.includes('p') && !b.contactor.phases) return false;
  return !needs.includes('w') || c.f.get('k.mcr') === '0';
}

/** The device. With the first entity all about it. */
function device(c: Charger, first: boolean): string {
  const s = c.b.serial;
  const all = first
    ? ',"mf":"Pilotwire","mdl":"' +
      c.b.name +
      '","sw":"' +
      VERSION +
      '","sn":"' +
      s +
      '","cu":"http://' +
      c.b.net.ip +
      '"'
    : '';
  return ',"dev":{"ids":["pilotwire-' + s + '"],"name":' + json(c.f.read('fna')) + all + '}';
}

/** The description of an entity: [needs, component, object id, key], its members. */
function text(c: Charger, m: Broker, w: string[], members: string): string {
  const own = members.includes('^') ? members.replace('^', '' + c.f.read('ama')) : members;
  return (
    '{"~":"' +
    prefix(c, m.pre).slice(0, -1) +
    '",' +
    own +
    ',"uniq_id":"pilotwire-' +
    c.b.serial +
    '-' +
    w[2] +
    '","stat_t":"~/' +
    w[3] +
    (w[0].includes('w') ? '","cmd_t":"~/' + w[3] + '/set' : '') +
    '","avty_t":"~/mcc","pl_avail":"true","pl_not_avail":"false"' +
    device(c, !m.i) +
    '}'
  );
}

/** Goes an entity further. */
export function turn(c: Charger, m: Broker): void {
  const file = c.f.file('entities', 0, 0)!;
  const end = file.indexOf('\n', m.i);
  if (end < 0) {
    m.i = 0;
    m.st = 4;
    return;
  }
  const line = file.substring(m.i, end);
  const w = line.split(' ').slice(0, 4);
  const at = w.join(' ').length + 1;
  const topic = 'homeassistant/' + w[1] + '/pilotwire-' + c.b.serial + '/' + w[2] + '/config';
  m.s!.d = 0;
  m.s!.write(packet(RETAINED, field(topic) + (there(c, w[0]) ? text(c, m, w, line.substr(at)) : '')));
  m.i = end + 1;
}
