// How far the loops over seeds, places and days go. `npm test` takes so many of each that the property shows on several of them;
// with DEPTH=full, as .ci/run has it, or where CI is set, all are taken. All that the two differ in stands here: what is
// tested is the same. One of them by itself: FUZZ=100000 npx mocha test/ocpp/fuzz.test.ts.

const DEPTH = process.env.DEPTH || (process.env.CI ? 'full' : '');
if (!['', 'short', 'full'].includes(DEPTH)) throw new Error(`DEPTH=${DEPTH}: short or full`);

/** Short, full. */
const ROWS = {
  /** Random walks of car, faults, settings and supply; half as many with a network; steps of each. */
  WALKS: [2, 7],
  STEPS: [400, 1500],
  /** Walks of the central system's messages. */
  OCPP_WALKS: [5, 25],
  /** Spoilt messages and frames. Before a release 100 000. */
  FUZZ: [300, 4000],
  /** Power cuts at any byte: of an update, of a transaction's records, of a local list, of charging profiles. */
  CUTS: [10, 100],
  DAY_CUTS: [30, 250],
  LIST_CUTS: [60, 240],
  PROFILE_CUTS: [30, 240],
  /** Of so many places or moments at which something hits, one is looked at. */
  THIN: [8, 1],
  /** Hours with a new limit every 10 s, and with a host that blocks each connect; of one charge; without the central system. */
  HOURS: [0.6, 3],
  LONG: [3.2, 6],
  OFFLINE: [16, 48],
  /** Settings that change. */
  SETTINGS: [100, 700],
  /** Minutes for which a network stays away, and for which nobody comes to a charger that does not charge any more. */
  AWAY: [20, 60],
  /** Days of service: summer time begins on the fourth, and ends after the LEAP. A year: 365. */
  SOAK_DAYS: [12, 30],
  /** Whether the changes that docs/adding.md shows are tried: two builds of a copy. */
  ADDING: [0, 1],
} as const;

export const FULL = DEPTH === 'full';
const short = DEPTH === 'short';

/**
 * A test, or a suite of them, that takes half a second of work or more and is not the only one to look at its subject: a few dozen
 * of them are half of all the work. Pending in the short run of `npm test`; mocha by itself runs it.
 */
export const itLong = ((title: string, fn: Mocha.Func) =>
  // Each file has globals of its own, this module is loaded once for many.
  short ? it.skip(title, fn) : it(title, fn)) as Mocha.PendingTestFunction;
export const describeLong = ((title: string, fn: (this: Mocha.Suite) => void) =>
  short ? describe.skip(title, fn) : describe(title, fn)) as Mocha.PendingSuiteFunction;

/** How many; a variable of the environment of that name says otherwise. */
export const depth = (name: keyof typeof ROWS): number =>
  Number(process.env[name] ?? ROWS[name][FULL ? 1 : 0]);

export const THIN = depth('THIN');
/** The same for places that are bytes: odd, so that each byte of a word has its turn. */
export const ODD = THIN | 1;

/** One of THIN in a list, three at least: the first, the last, and those evenly between. */
export function thin<T>(all: readonly T[]): T[] {
  const n = Math.min(all.length, Math.max(3, Math.ceil(all.length / THIN)));
  return Array.from({ length: n }, (_, i) => all[Math.round((i * (all.length - 1)) / Math.max(1, n - 1))]);
}
