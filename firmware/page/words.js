// What the keys mean to a person: headline, reason, and the one thing to do about it. No page in here.

/** Keys of every poll, and those that change only when somebody changes them. */
export const LIVE = 'car,alw,frc,amp,acu,psm,fsp,nrg,wh,eto,modelStatus,flt,trx,cdi';
export const SLOW = 'acs,ama,cll,dwo,fna,pnp,sse,ocppe,ocppc,ocppa,sch_week';

/** Colour of the page by what goes on. */
const MOOD = { 2: 'live', 3: 'wait', 4: 'done', 5: 'bad' };

const capital = (text) => text && text[0].toUpperCase() + text.slice(1);

/** Text of a fault in the language. */
export const flaw = (t, name) => capital(t.f[name] || name);

/** Reasons that say what the fault says: 1 too hot, 26 fault, 38 undervoltage. */
const SAID = [1, 26, 38];

/** `flt` where no fault forbids anything: none, or those that come last and only warn. */
export const LEAST = ['', 'meter does not answer', 'card reader does not answer'];

/** 26 without a fault behind it: the car needs ventilation. */
const airless = (s) => s.modelStatus === 26 && s.car !== 5 && LEAST.includes(s.flt);

const reason = (t, s) =>
  s.modelStatus === 26 && !airless(s) ? flaw(t, s.flt) + '.' : (t.m[s.modelStatus] ?? `(${s.modelStatus})`);

/** What to do about a fault that has opened the contactor; a welded one is the one that is not open. */
const advice = (t, s) => (s.flt === 'contactor welded' ? t.welded : t.faultHint);

/** Without a car. */
function empty(t, s) {
  if (s.frc === 1) return [t.none, t.noneOff];
  return [t.none, !s.acs ? t.noneOpen : s.trx === null ? t.noneCard : t.nonePaid];
}

function lines(t, s) {
  if (s.car === 5) return [t.fault, s.flt ? `${flaw(t, s.flt)}. ${advice(t, s)}` : t.faultHint];
  if (s.car === 1) return empty(t, s);
  if (s.car === 2) return [t.charging, reason(t, s)];
  if (!s.alw && s.car === 4 && s.modelStatus === 2) return [t.ended, t.endedHint];
  if (!s.alw) return [t.blocked, reason(t, s)];
  return s.car === 4 ? [t.paused, t.pausedHint] : [t.ready, t.readyHint];
}

/** Reasons that a force ends: schedule, surplus, next trip. */
const WAITS = [5, 17, 18];

/** What the button says and sends; undefined = no button. */
export function move(t, s) {
  const m = s.modelStatus;
  if (s.car === 5 || (m === 26 && !airless(s))) return { text: t.clear, set: { clf: 1 }, main: 0 };
  if (s.car === 1) return s.acs && s.trx === null ? { text: t.start, set: { trx: 0 }, main: 1 } : undefined;
  if (s.alw) return { text: t.stop, set: { frc: 1 }, main: 0 };
  if (m === 4)
    return { text: t.start, set: s.acs && s.trx === null ? { trx: 0, frc: 0 } : { frc: 0 }, main: 1 };
  if (m === 2) return { text: t.start, set: { trx: 0 }, main: 1 };
  if (WAITS.includes(m)) return { text: t.now, set: { frc: 2 }, main: 1 };
  if (m === 6) return { text: t.endLimit, set: { dwo: null }, main: 1 };
  return undefined;
}

/** Why less is on offer than is asked for; '' = it is not less. */
function less(t, s) {
  const all = s.cll;
  if (!all || !s.acu || s.acu >= all.requestedCurrent) return '';
  const who = Object.keys(t.lim).find((k) => all[k] <= s.acu);
  return who || s.ocppc ? t.lim[who ?? 'central'] : '';
}

/** Headline, hint and mood of a state. A fault that only warns stands behind the hint. */
export function story(t, s) {
  const [headline, hint] = lines(t, s);
  const said = s.car === 5 || (SAID.includes(s.modelStatus) && !airless(s));
  const warn = s.flt && !said ? t.warn.replace('{0}', t.f[s.flt] || s.flt) : '';
  return { headline, hint: [hint, less(t, s), warn].filter(Boolean).join(' '), mood: MOOD[s.car] ?? 'idle' };
}

/** Phases on offer. */
export const phases = (s) => (s.fsp ? 1 : 3);

/** Where OCPP stands: off, not connected, not accepted, up. */
export const ocpp = (s) => (!s.ocppe ? 0 : !s.ocppc ? 1 : !s.ocppa ? 2 : 3);

/** What the charger says went wrong, in the language where it is something frequent. */
export const trouble = (t, error) => t.e[Object.keys(t.e).find((k) => error.includes(k))] ?? error;

const two = (n) => String(n).padStart(2, '0');

/** A time of day as its field has it. */
export const hhmm = (x) => `${two(x.hour % 24)}:${two(x.minute)}`;

const moment = (text) => ({ hour: Number(text.slice(0, 2)), minute: Number(text.slice(3, 5)), second: 0 });

/** A range of a timer as two fields show it, and back: 0:00 at its end is the end of the day, so 0:00 to 0:00 is all of it. */
export const fields = (x) => [hhmm(x.begin), hhmm(x.end)];
export function range([from, to]) {
  const end = moment(to);
  if (!end.hour && !end.minute) end.hour = 24;
  return { begin: moment(from), end };
}

/** ms as 1:02:03 or 2:03. */
export function clock(ms) {
  const s = Math.floor(ms / 1000);
  const h = Math.floor(s / 3600);
  return `${h ? `${h}:${two(Math.floor(s / 60) % 60)}` : Math.floor(s / 60)}:${two(s % 60)}`;
}

/** A list of empty entries with one set: how the API changes one place of an array. */
export const only = (i, value) => [...Array(i).fill({}), value];

/** The same where the list is written as a whole. */
export const put = (list, i, value) => {
  const all = list.map(() => ({}));
  all[i] = value;
  return all;
};

/** Parts of a report by their heading. */
export function part(report, name) {
  const i = report.indexOf(`# ${name}`);
  if (i < 0) return '';
  const rest = report.slice(report.indexOf('\n', i) + 1);
  const end = rest.indexOf('\n# ');
  return (end < 0 ? rest : rest.slice(0, end)).trim();
}
