// Part on call: GetDiagnostics (OCPP 1.6 4.4, 5.9): hands the problem report out by HTTP. PUT, or a form by POST where the
// server wants that. What is repeated for each piece of it is in the part `hand`.

import type { Lines } from '../report.part';
import type { Call, Fetch } from '../net/connect';
import { ANSWER, COUNT, NEVER, OPEN, OTHER, SEND, moment, quote } from './state';
import type { Ocpp, Payload } from './state';

/** Exports of this part. */
export interface Upload {
  watch(o: Ocpp): void;
  form(w: Out, end: number): string;
}

/** A report on its way. */
export interface Out extends Call {
  st: number;
  /** Folder, and name of the file. */
  dir: string;
  name: string;
  /** Time that is asked for, ms since 1970. */
  from: number;
  to: number;
  /** Attempts that are left, and the wait before each, s. */
  left: number;
  pause: number;
  /** The report, the line of it that is not complete, and bytes that are still to be sent. */
  job: Lines | undefined;
  line: string;
  size: number;
  /** 1 = by POST, 1 = the socket takes more. */
  post: 0 | 1;
  free: 0 | 1;
}

const WAIT = 1;
const PATIENCE = 30000;
/** Between two looks at what takes its time, ms. */
const LOOK = 100;
const MARK = 'pilotwire-report';

function say(o: Ocpp, status: string): void {
  o.out.push('"DiagnosticsStatusNotification",{"status":"' + status + '"}');
  o.want |= OTHER;
}

/** What runs now, as the answer to a trigger. */
export function status(o: Ocpp): string {
  return !o.dg ? 'Idle' : o.dg.st === WAIT ? 'UploadFailed' : 'Uploading';
}

function date(v: unknown, other: number): number {
  return v === undefined || v === null ? other : moment(v);
}

function file(o: Ocpp): string {
  const c = o.c;
  const t = c.f.iso(c.f.wall(c)).substr(0, 19).replaceAll(':', '').replaceAll('-', '');
  return 'pilotwire-' + c.b.serial + '-' + t + '.txt';
}

export function run(o: Ocpp, _action: string, q: Payload): string {
  const bad = !(date(q.startTime, 0) >= 0) || !(date(q.stopTime, NEVER) >= 0);
  return bad ? 'PropertyConstraintViolation' : '{"fileName":' + quote(file(o)) + '}';
}

/** A later request takes the place of an earlier one. */
export function then(o: Ocpp, _action: string, q: Payload): void {
  if (o.dg) close(o.dg);
  const w = {
    st: COUNT,
    dir: q.location as string,
    name: file(o),
    url: '',
    head: '',
    at: 0,
    end: '',
    line: '',
  };
  const when = { from: date(q.startTime, 0), to: date(q.stopTime, NEVER), size: 0, post: 0, free: 0 };
  const more = {
    left: Math.min((q.retries ?? 3) as number, 100),
    pause: (q.retryInterval ?? 60) as number,
    g: { st: 0, host: '', port: 0, ip: '', at: 0, blind: 0, n: 0, key: 'cu' },
    s: undefined,
    job: undefined,
  };
  o.dg = Object.assign(Object.assign(w, when), more) as Out;
  say(o, 'Uploading');
  o.da = o.c.t;
}

function close(w: Out): void {
  const s = w.s;
  w.s = undefined;
  if (s) s.end();
}

/** Where the report goes: into the folder, or as a form to its address. */
function target(w: Out): string {
  const ask = w.dir.indexOf('?');
  const path = ask < 0 ? w.dir : w.dir.substr(0, ask);
  if (w.post) return w.dir;
  return path + (path.endsWith('/') ? '' : '/') + w.name + (ask < 0 ? '' : w.dir.substr(ask));
}

/** What stands before or, with `end`, behind the report in a form. */
export function form(w: Out, end: number): string {
  if (!w.post) return '';
  if (end) return '\r\n--' + MARK + '--\r\n';
  const head = '--' + MARK + '\r\nContent-Disposition: form-data; name="file"; filename="';
  return head + w.name + '"\r\nContent-Type: text/plain\r\n\r\n';
}

function listen(o: Ocpp, w: Out, s: EspSocket): void {
  w.s = s;
  w.head = '';
  w.at = o.c.t;
  const gone = (): void => {
    if (w.s === s) w.s = undefined;
  };
  s.on('data', (d) => {
    if (w.s === s && w.head.length < 100) w.head += d;
  });
  s.on('drain', () => {
    w.free = 1;
    w.at = o.c.t;
  });
  s.on('close', gone);
  s.on('error', gone);
}

function open(o: Ocpp, w: Out): void {
  const fetch = o.c.f.part('fetch') as Fetch;
  w.url = target(w);
  const s = fetch.connect(o.c, w);
  if (!s) return;
  const p = fetch.place(w.url);
  listen(o, w, s);
  w.st = SEND;
  w.free = 0;
  s.write(
    (w.post ? 'POST ' : 'PUT ') +
      p.head +
      'Content-Type: ' +
      (w.post ? 'multipart/form-data; boundary=' + MARK : 'text/plain; charset=utf-8') +
      '\r\nContent-Length: ' +
      (w.size + form(w, 0).length + form(w, 1).length) +
      '\r\n\r\n' +
      form(w, 0),
  );
}

/** An attempt is over. */
function ended(o: Ocpp, w: Out): void {
  const why = w.end;
  const final = why[0] === '!';
  close(w);
  w.end = '';
  w.size = 0;
  w.job = undefined;
  w.line = '';
  w.g.st = 0;
  if (why === 'form') {
    w.post = 1;
    w.st = COUNT;
    return;
  }
  say(o, why === 'done' ? 'Uploaded' : 'UploadFailed');
  if (why !== 'done') o.c.f.log('report', final ? why.substr(1) : why);
  if (why !== 'done' && !final && w.left-- > 0) {
    w.st = WAIT;
    o.da = o.c.t + w.pause * 1000;
  } else {
    o.dg = undefined;
    o.da = o.line === undefined ? NEVER : o.c.t;
  }
}

/** The status of the answer; an early one ends the sending. */
function answered(w: Out): void {
  if (w.head.indexOf('\n') < 0) return;
  const status = parseInt(w.head.substr(9), 10);
  w.end = status >= 200 && status < 300 ? 'done' : 'HTTP status ' + status;
  if ((status === 405 || status === 501) && !w.post) w.end = 'form';
}

/** The contactor has closed in front of the connect, on a board without interlock: the part `hand` waits, and counts anew. */
function anew(w: Out): void {
  w.st = COUNT;
  w.size = w.g.st = 0;
}

/** Whatever is not repeated for each piece: begins an attempt, connects, waits for the answer, ends it. */
export function watch(o: Ocpp): void {
  const w = o.dg!;
  o.da = o.c.t + LOOK;
  if (w.st === WAIT) {
    w.st = COUNT;
    say(o, 'Uploading');
  } else if (w.st === OPEN && o.c.s.on && !o.c.b.interlock) anew(w);
  else if (w.st === OPEN) open(o, w);
  const sent = w.st === SEND || w.st === ANSWER;
  if (!w.end && sent) answered(w);
  if (!w.end && sent && !w.s) w.end = 'connection lost';
  if (!w.end && w.st !== COUNT && o.c.t - w.at > PATIENCE) w.end = 'the server does not take it';
  if (w.end) ended(o, w);
}
