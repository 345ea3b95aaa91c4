// The embedded OCPP 1.6J central system: accepts every station, answers by the book, and keeps every frame.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { createRPCError, createValidator, RPCServer } from 'ocpp-rpc';

const PROTOCOL = 'ocpp1.6';
const CALL_TIMEOUT = 30000;
const INTERVAL = 300;
/** Frames kept; older ones leave the log but keep their number. */
const KEPT = 20000;

const schema = createValidator(PROTOCOL, createRequire(import.meta.url)('ocpp-rpc/lib/schemas/ocpp1_6.json'));

export interface LogFrame {
  /** ms of the bench's world. */
  t: number;
  station: string;
  from: 'cp' | 'cs';
  frame: unknown[];
  invalid?: string;
}

type Payload = Record<string, unknown>;
export type CallAnswer = { result: Payload } | { error: [code: string, text: string] };

/** The slice of a connection of ocpp-rpc that we use. */
interface Station {
  identity: string;
  handle(fn: (call: { method: string; params: Payload }) => unknown): void;
  on(event: 'message', fn: (m: { message: Buffer | string; outbound: boolean }) => void): void;
  on(event: 'close' | 'socketError', fn: () => void): void;
  call(action: string, payload: Payload): Promise<Payload>;
  close(o: { force: boolean }): Promise<unknown>;
}

const REFUSED = { INVALID: 'Invalid', BLOCKED: 'Blocked', EXPIRED: 'Expired' };

/** What the central system thinks of a card. */
export function judge(idTag: unknown): { status: string } {
  const text = String(idTag);
  for (const [start, status] of Object.entries(REFUSED)) if (text.startsWith(start)) return { status };
  return { status: 'Accepted' };
}

/** Why a payload breaks the schema, or nothing. */
function breach(
  kind: 'req' | 'conf',
  action: string,
  payload: unknown,
): { code: string; text: string } | undefined {
  try {
    schema.validate(`urn:${action}.${kind}`, payload);
    return undefined;
  } catch (e) {
    const { rpcErrorCode, message } = e as { rpcErrorCode: string; message: string };
    const missing = message.startsWith("Schema '");
    return {
      code: missing ? 'NotImplemented' : rpcErrorCode,
      text: missing ? `unknown action ${action}` : message,
    };
  }
}

export class Csms {
  private server: Server | undefined;
  private rpc = new RPCServer({ protocols: [PROTOCOL], callTimeoutMs: CALL_TIMEOUT, pingIntervalMs: 0 });
  private stations = new Map<string, Station>();
  private frames: LogFrame[] = [];
  private dropped = 0;
  private transaction = 0;
  /** Action of each call under way, by station and message id, and the answer for calls of ours. */
  private actions = new Map<string, string>();
  private watchers = new Set<() => void>();

  /** `now`: ms of the bench's world; `wall`: the time of day that goes with it. */
  constructor(
    private now: () => number,
    private wall: () => number,
  ) {
    this.rpc.on('client', (station: Station) => this.welcome(station));
    this.rpc.on('error', () => {});
  }

  listen(port: number, bind: string): Promise<number> {
    const server = (this.server = createServer((_, r) => r.writeHead(426).end()));
    server.on('upgrade', this.rpc.handleUpgrade);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, bind, () => resolve((server.address() as AddressInfo).port));
    });
  }

  close(): void {
    for (const station of this.stations.values()) void station.close({ force: true }).catch(() => {});
    this.server?.close();
    this.server?.closeAllConnections();
  }

  /** Runs after every logged frame. Returns a function that ends it. */
  onFrame(fn: () => void): () => void {
    this.watchers.add(fn);
    return () => this.watchers.delete(fn);
  }

  log(since = 0): { next: number; frames: LogFrame[] } {
    return {
      next: this.dropped + this.frames.length,
      frames: this.frames.slice(Math.max(0, since - this.dropped)),
    };
  }

  /** Names of the stations that are connected. */
  connected(): string[] {
    return [...this.stations.keys()];
  }

  /** Sends a call to a station and waits for its answer. What breaks the schema is sent all the same, and marked. */
  async call(action: string, payload: Payload, name?: string): Promise<CallAnswer> {
    const station = name === undefined ? [...this.stations.values()].pop() : this.stations.get(name);
    if (!station)
      return { error: ['NotConnected', name === undefined ? 'no station' : `no station ${name}`] };
    try {
      return { result: await station.call(action, payload) };
    } catch (e) {
      return { error: this.complaint(e as Error) };
    }
  }

  private complaint(e: Error & { rpcErrorCode?: string; details?: { code?: string } }): [string, string] {
    if (e.constructor.name === 'TimeoutError') return ['Timeout', `no answer in ${CALL_TIMEOUT / 1000} s`];
    if (!e.rpcErrorCode) return ['NotConnected', e.message];
    return [e.rpcErrorCode, e.message];
  }

  private welcome(station: Station): void {
    const name = station.identity;
    // A station that lost its power comes back before the old connection is known to be dead.
    void this.stations.get(name)?.close({ force: true });
    this.stations.set(name, station);
    station.on('message', (m) => this.note(name, m.outbound ? 'cs' : 'cp', String(m.message)));
    station.on('socketError', () => {});
    station.on('close', () => this.stations.get(name) === station && this.stations.delete(name));
    station.handle(({ method, params }) => {
      const why = breach('req', method, params);
      if (why) throw createRPCError(why.code, why.text);
      return this.answer(method, params);
    });
  }

  private answer(action: string, q: Payload): Payload {
    const currentTime = new Date(this.wall()).toISOString();
    switch (action) {
      case 'BootNotification':
        return { status: 'Accepted', currentTime, interval: INTERVAL };
      case 'Heartbeat':
        return { currentTime };
      case 'Authorize':
        return { idTagInfo: judge(q.idTag) };
      case 'StartTransaction':
        return { transactionId: ++this.transaction, idTagInfo: judge(q.idTag) };
      case 'StopTransaction':
        return q.idTag === undefined ? {} : { idTagInfo: judge(q.idTag) };
      case 'DataTransfer':
        return {
          status: q.vendorId === 'Pilotwire' && q.messageId === 'log' ? 'Accepted' : 'UnknownVendorId',
        };
      case 'SignCertificate':
        return { status: 'Rejected' };
      case 'StatusNotification':
      case 'MeterValues':
      case 'DiagnosticsStatusNotification':
      case 'FirmwareStatusNotification':
      case 'SecurityEventNotification':
      case 'SignedFirmwareStatusNotification':
      case 'LogStatusNotification':
        return {};
      default:
        throw createRPCError('NotSupported', `a station does not call ${action}`);
    }
  }

  private note(station: string, from: 'cp' | 'cs', text: string): void {
    const row: LogFrame = { t: Math.round(this.now()), station, from, frame: [text] };
    let frame: unknown;
    try {
      frame = JSON.parse(text);
    } catch {
      row.invalid = 'no JSON';
    }
    if (Array.isArray(frame)) row.frame = frame;
    row.invalid ??= Array.isArray(frame) ? this.fault(station, from, frame) : 'no array';
    if (row.invalid === undefined) delete row.invalid;
    this.frames.push(row);
    if (this.frames.length > KEPT) this.dropped += this.frames.splice(0, KEPT / 10).length;
    for (const fn of this.watchers) fn();
  }

  /** What is wrong with a frame. */
  private fault(station: string, from: 'cp' | 'cs', [type, id, ...rest]: unknown[]): string | undefined {
    if (typeof id !== 'string' || id.length > 36) return 'the message id is no text of at most 36 characters';
    const key = (who: string): string => JSON.stringify([station, who, id]);
    const asker = key(from === 'cp' ? 'cs' : 'cp');
    if (type === 2) {
      const [action, payload] = rest;
      if (typeof action !== 'string') return 'the action is no text';
      this.actions.set(key(from), action);
      if (rest.length !== 2) return 'a call has four elements';
      return breach('req', action, payload)?.text;
    }
    const action = this.actions.get(asker);
    this.actions.delete(asker);
    if (type !== 3 && type !== 4) return `unknown message type ${JSON.stringify(type)}`;
    // An error may answer what was no call at all.
    if (action === undefined && type === 3) return 'a result to no call';
    if (type === 3)
      return rest.length === 1 ? breach('conf', action!, rest[0])?.text : 'a result has three elements';
    const [code, description, details] = rest;
    const good =
      typeof code === 'string' && typeof description === 'string' && details && typeof details === 'object';
    return good && rest.length === 3
      ? undefined
      : 'an error has five elements: type, id, code, description, details';
  }
}
