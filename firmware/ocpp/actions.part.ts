// Part on call: what the central system may ask. An action is a row: the shape of its payload, checked before anything
// else; `run`, which decides and answers; `then`, which acts once the answer has left.

import type { Charger } from '../core/charger';
import type { Configuration } from './configuration.part';
import { BEAT, BOOT, METER, STATUS0, STATUS1 } from './state';
import type { Ocpp } from './state';

/** Exports of this part. */
export interface Actions {
  answer(o: Ocpp, action: string, q: object): string;
  after(o: Ocpp, action: string, q: Payload): void;
}

interface Payload {
  [k: string]: unknown;
}

interface Row {
  /** Fields: name, type, `?` = may be missing. Types: sN text of at most N bytes, i integer, u integer from 0, o object,
   * a list of texts, eA|B one of these words. */
  q: string;
  run(o: Ocpp, q: Payload): string;
  then?(o: Ocpp, q: Payload): void;
}

function status(word: string): string {
  return '{"status":"' + word + '"}';
}

const ACCEPTED = status('Accepted');
const REJECTED = status('Rejected');

function text(v: unknown, most: string): string {
  if (typeof v !== 'string') return 'TypeConstraintViolation';
  return v.length > +most ? 'PropertyConstraintViolation' : '';
}

function whole(v: unknown, least: number): string {
  if (typeof v !== 'number' || Math.floor(v) !== v) return 'TypeConstraintViolation';
  return v < least || v > 2147483647 ? 'PropertyConstraintViolation' : '';
}

function word(v: unknown, words: string): string {
  if (typeof v !== 'string') return 'TypeConstraintViolation';
  return words.split('|').includes(v) ? '' : 'PropertyConstraintViolation';
}

function list(v: unknown): string {
  if (!Array.isArray(v)) return 'TypeConstraintViolation';
  for (const t of v) if (text(t, '50')) return text(t, '50');
  return '';
}

function object(v: unknown): string {
  return v && typeof v === 'object' && !Array.isArray(v) ? '' : 'TypeConstraintViolation';
}

const TYPES: { [letter: string]: (v: unknown, detail: string) => string } = {
  s: text,
  i: (v) => whole(v, -2147483648),
  u: (v) => whole(v, 0),
  o: object,
  a: list,
  e: word,
};

/** '' or the code of the refusal. What the shape does not name is ignored. */
export function misfit(shape: string, q: Payload): string {
  for (const field of shape ? shape.split(',') : []) {
    const at = field.indexOf(' ');
    const free = field.endsWith('?');
    const v = q[field.substr(0, at)];
    const missing = v === undefined || v === null;
    if (missing && !free) return 'OccurenceConstraintViolation';
    const detail = field.substring(at + 2, field.length - (free ? 1 : 0));
    const bad = missing ? '' : TYPES[field[at + 1]](v, detail);
    if (bad) return bad;
  }
  return '';
}

/** Starts for others or in vain are refused; asking twice for the same is not. */
function mayStart(o: Ocpp, q: Payload): boolean {
  const c = o.c;
  if (o.reg !== 1 || (q.connectorId ?? 1) !== 1) return false;
  if (c.ses.on || c.o.ino || o.ino || c.x.err || o.rst || !q.idTag) return false;
  return (!c.ses.ok || c.ses.tag === q.idTag) && (!o.tag || o.tag === q.idTag);
}

/** A tag from afar: authorised as it is, or after asking. */
function begin(o: Ocpp, q: Payload): void {
  const c = o.c;
  const tag = q.idTag as string;
  if (c.ses.ok || o.tag) return;
  if (c.k.oar) o.tag = tag;
  else c.f.grant(c, tag, 0);
}

function remoteStop(o: Ocpp, q: Payload): boolean {
  return o.reg === 1 && o.ref > 0 && o.ref === o.tr && q.transactionId === o.tx;
}

function available(o: Ocpp, q: Payload): string {
  const n = q.connectorId as number;
  const on = q.type === 'Operative';
  if (n > 1) return REJECTED;
  const ino = n === 0 ? (on ? 0 : o.ino | 1) : on ? o.ino & 1 : o.ino | 2;
  o.ino = ino;
  o.c.f.put('ino', '' + ino);
  return waits(o.c, ino) ? status('Scheduled') : ACCEPTED;
}

/** What is asked of the connector has to wait until it is free. */
function waits(c: Charger, ino: number): boolean {
  return ino > 0 && !c.o.ino && (c.ses.on === 1 || c.ses.ok === 1 || c.o.st === 1);
}

const CALM = 'BootNotification|Heartbeat|MeterValues|StatusNotification';

function trigger(o: Ocpp, q: Payload): string {
  if (!CALM.split('|').includes(q.requestedMessage as string)) return status('NotImplemented');
  const n = (q.connectorId ?? 0) as number;
  return n > 1 || n < 0 ? REJECTED : ACCEPTED;
}

/** What a trigger asks for, as bits. */
function asked(q: Payload): number {
  if (q.requestedMessage === 'BootNotification') return BOOT;
  if (q.requestedMessage === 'Heartbeat') return BEAT;
  if (q.requestedMessage === 'MeterValues') return METER;
  return q.connectorId === 1 ? STATUS1 : q.connectorId === 0 ? STATUS0 : STATUS0 | STATUS1;
}

function want(o: Ocpp, q: Payload): void {
  if (trigger(o, q) !== ACCEPTED) return;
  o.want |= asked(q);
  o.trg |= asked(q);
}

function restart(o: Ocpp, q: Payload): void {
  const hard = q.type === 'Hard';
  o.rst = hard ? 2 : 1;
  o.rstAt = o.c.t;
  if (o.c.ses.on || o.c.ses.ok) o.c.f.stop(o.c, hard ? 'HardReset' : 'SoftReset');
}

function lockable(o: Ocpp, q: Payload): boolean {
  return !!o.c.b.lock && !o.c.b.fixed && q.connectorId === 1;
}

/** The lock opens because the session has ended this way. */
function unlock(o: Ocpp, q: Payload): void {
  const c = o.c;
  if (!lockable(o, q)) return;
  if (c.ses.on || c.ses.ok) c.f.stop(c, 'UnlockCommand');
  if (c.x.cp !== 'A') c.ses.why = 'UnlockCommand';
  c.dirty = 1;
}

function configuration(o: Ocpp): Configuration {
  return o.c.f.part('configuration') as Configuration;
}

const ROWS: { [action: string]: Row } = {
  RemoteStartTransaction: {
    q: 'idTag s20,connectorId i?,chargingProfile o?',
    run: (o, q) => (mayStart(o, q) ? ACCEPTED : REJECTED),
    then: (o, q) => (mayStart(o, q) ? begin(o, q) : undefined),
  },
  RemoteStopTransaction: {
    q: 'transactionId i',
    run: (o, q) => (remoteStop(o, q) ? ACCEPTED : REJECTED),
    then: (o, q) => (remoteStop(o, q) ? o.c.f.stop(o.c, 'Remote') : undefined),
  },
  GetConfiguration: { q: 'key a?', run: (o, q) => configuration(o).get(o, q.key as string[]) },
  ChangeConfiguration: {
    q: 'key s50,value s500',
    run: (o, q) => status(configuration(o).change(o, q.key as string, q.value as string)),
  },
  ChangeAvailability: { q: 'connectorId u,type eInoperative|Operative', run: available },
  Reset: { q: 'type eHard|Soft', run: () => ACCEPTED, then: restart },
  UnlockConnector: {
    q: 'connectorId u',
    run: (o, q) => status(lockable(o, q) ? 'Unlocked' : 'NotSupported'),
    then: unlock,
  },
  TriggerMessage: { q: 'requestedMessage s60,connectorId i?', run: trigger, then: want },
  DataTransfer: { q: 'vendorId s255,messageId s50?,data s3000?', run: () => status('UnknownVendorId') },
  // There is no cache.
  ClearCache: { q: '', run: () => REJECTED },
};

/** Known actions of features that are not offered. */
const KNOWN =
  ',CancelReservation,CertificateSigned,ClearChargingProfile,DeleteCertificate,ExtendedTriggerMessage,' +
  'GetCompositeSchedule,GetDiagnostics,GetInstalledCertificateIds,GetLocalListVersion,GetLog,InstallCertificate,' +
  'ReserveNow,SendLocalList,SetChargingProfile,SignedUpdateFirmware,UpdateFirmware,';

/** Payload of the answer, '' = the part `configuration` writes it, or the code of a refusal. */
export function answer(o: Ocpp, action: string, q: Payload): string {
  if (!ROWS.hasOwnProperty(action))
    return KNOWN.includes(',' + action + ',') ? 'NotSupported' : 'NotImplemented';
  const row = ROWS[action];
  return misfit(row.q, q) || row.run(o, q);
}

/** What follows once the answer has left. */
export function after(o: Ocpp, action: string, q: Payload): void {
  const row = ROWS.hasOwnProperty(action) ? ROWS[action] : undefined;
  if (row && row.then && !misfit(row.q, q)) row.then(o, q);
}
