// `npm run bench:engine`: what the built bundle costs on the real interpreter, with all virtual parts around it. Prints a
// table and writes it into docs/budgets.md. Arguments: the sections to measure, or none for all; with some only, nothing
// is written unless `--write` is among them. What names no section is a phase of the story, and `steps` runs no others that
// leave nothing behind.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBuild, type Build } from './image';
import { solo } from './engine/solo';
import { answers } from './measure/answers';
import { ANSWER, CHANGE, CHIP, PEAK, QUIET_SCAN, START, WORK, memory } from './measure/budgets';
import { gate } from './measure/gate';
import { DATA, parts } from './measure/parts';
import { calibrate, net, scans, type Profile, type Units } from './measure/profile';
import { starts } from './measure/starts';
import { Stage, type Json, type Phase } from './measure/stage';
import { story } from './measure/story';
import { insert, k, markdown, replace, row, trend, type Row, type Section } from './measure/table';
import { trips } from './measure/trips';
import { cut, load, over, under, works } from './measure/work';
import { BUDGET } from '../tools/gate.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BOARD = process.env.BOARD || 'reference';
const DOCUMENT = path.join(ROOT, 'docs/budgets.md');

/** An interpreter compiled without optimisation needs more for one turn of an empty loop. */
const OPTIMISED = 14e3;

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const hash = (file: string): string => createHash('sha256').update(fs.readFileSync(file)).digest('hex');

async function pool(build: Build, room: number): Promise<Section[]> {
  const s = await Stage.open({ measure: { room }, build, ask: true, say });
  let ended = 'yes';
  try {
    const before = hash(s.storage);
    const { flash } = await s.bench.snapshot();
    const own = await s.report();
    if (Math.abs(own.room - room) > 50) ended = 'not measured: the pool of this interpreter grows';
    await story(s).catch((e: Error) => (ended = `no: ${e.message.split('\n')[0]}`));
    const { log, snapshot } = { log: s.bench.log().text, snapshot: await s.bench.snapshot() };
    const raised = (flag: string): string =>
      s.phases
        .filter((p) => p.errors.split(',').includes(flag))
        .map((p) => p.name)
        .join('; ') || 'none';
    const lost = log.split('Execution Interrupted').length - 1;
    const used = snapshot.flash as Json;
    const erases = (used.erases as number) - ((flash as Json).erases as number);
    const writes = (used.writes as number) - ((flash as Json).writes as number);
    const same = hash(s.storage) === before;
    return [
      {
        title: `The whole story with ${room} variables`,
        head: 'what',
        rows: [
          { what: 'the story went to its end', value: ended, budget: 'yes', kept: ended === 'yes' },
          row('callbacks that were lost', lost, 0),
          {
            what: 'out of memory (MEMORY) during',
            value: raised('MEMORY'),
            budget: 'none',
            kept: raised('MEMORY') === 'none',
          },
          {
            what: 'timers removed (CALLBACK) during',
            value: raised('CALLBACK'),
            budget: 'none',
            kept: raised('CALLBACK') === 'none',
          },
          { what: 'collected in mid-statement (LOW_MEMORY) during', value: raised('LOW_MEMORY') },
          row(
            'longest stretch between two scans, ms on this computer',
            Math.round((snapshot.engine as Json).worstGap as number),
          ),
          row('boots', snapshot.boots, 1),
          row('journal: flash writes', writes),
          row('journal: pages erased', erases),
          { what: 'Storage unchanged', value: same ? 'yes' : 'no', budget: 'yes', kept: same },
        ],
      },
    ];
  } finally {
    await s.close();
  }
}

/** Longest step of each phase. */
function longest(profile: Profile, phases: Phase[], standin: number): Row[] {
  return phases.flatMap((p) => {
    const scans = profile.between(p.from, p.to).filter((x) => x.kind === 'scan');
    const most = Math.max(...scans.map((x) => net(x, standin)));
    const work = works(profile, p, standin)[0];
    const name = `${p.name}: work` + (work?.parts ? ` (${work.parts})` : '');
    return [row(`${p.name}: scan`, most, CHANGE, k), row(name, work ? work.cost : NaN, WORK, k)];
  });
}

/** All that one answer takes, while no job runs. */
async function whole(s: Stage, profile: Profile, standin: number): Promise<Row> {
  await s.report({ alone: true });
  await s.rest(1000);
  const p = await s.phase('whole answer', () => s.json('/api/status'));
  const work = profile.between(p.from, p.to).filter((x) => x.kind === 'work');
  const sum = work.reduce((n, x) => n + net(x, standin), 0);
  return row('GET /api/status, all keys: whole answer, sum of work', sum, ANSWER, k);
}

/** A section that needs the profiler. */
const profiled =
  (measure: (build: Build, executable: string, unit: Units) => Promise<Section[]>) =>
  async (build: Build, executable: string): Promise<Section[]> => {
    try {
      execFileSync('valgrind', ['--version'], { stdio: 'ignore' });
    } catch {
      return [
        { title: 'Instructions', head: 'step', rows: [{ what: 'no valgrind here', value: 'not measured' }] },
      ];
    }
    return measure(build, executable, await calibrate(executable));
  };

async function quiet(build: Build, executable: string, unit: Units): Promise<Section[]> {
  const { idle, charging } = await scans(executable, BOARD, build, unit.standin);
  return [
    {
      title: 'Instructions of a scan in which nothing changes',
      text:
        `One turn of an empty loop is ${k(unit.turn)} here.` +
        (unit.turn > OPTIMISED ? ' **This interpreter was compiled without optimisation: read half.**' : ''),
      head: 'state',
      rows: [row('no car, steady pilot', idle, QUIET_SCAN, k), row('charging, PWM', charging, QUIET_SCAN, k)],
    },
  ];
}

async function steps(build: Build, executable: string, unit: Units): Promise<Section[]> {
  const measured = async (s: Stage, profile: Profile): Promise<Section[]> => {
    const missed = await cut(s, story(s, 500));
    const rows = longest(profile, s.phases, unit.standin);
    const all = profile.between(s.phases[0].from, Infinity).filter((x) => x.kind === 'work');
    const answer = await whole(s, profile, unit.standin);
    const worst = Math.max(...all.map((x) => net(x, unit.standin)));
    const ms: Row = {
      what: 'the longest work of all, ms on the chip',
      value: (worst / 1e5).toFixed(1),
      budget: (WORK / 1e5).toFixed(1),
      kept: worst <= WORK,
    };
    return [
      {
        title: 'Instructions of the longest step',
        text: `Scan: the longest of them. Work: every other callback.${missed}`,
        head: 'during',
        rows: [...rows, answer, ms],
      },
    ];
  };
  return under(executable, build, measured, (profile) => ({
    say,
    only: PHASES,
    /** The story takes long: what is known is told at once. */
    ended(p): void {
      longest(profile, [p], unit.standin).forEach((r) => say(`  ${r.what}: ${r.value} ${p.errors}`));
      over(profile, p, unit.standin)
        .slice(1)
        .forEach((x) => say(`    ${k(x.cost)} ${x.parts}`));
      profile
        .between(p.from, p.to)
        .filter((x) => x.kind === 'scan' && net(x, unit.standin) > 0.9 * CHANGE)
        .forEach((x) => say(`    scan ${k(net(x, unit.standin))}${x.forced ? ', collected' : ''}`));
    },
  }));
}

const answered = (build: Build, executable: string, unit: Units): Promise<Section[]> =>
  under(executable, build, async (s, profile) => [await answers(s, profile, unit.standin)], () => ({ say })); // prettier-ignore

const tripped = (build: Build, executable: string, unit: Units): Promise<Section[]> =>
  under(executable, build, async (s, profile) => [await trips(s, profile, unit.standin)], () => ({ say })); // prettier-ignore

async function sizes(build: Build, executable: string): Promise<Section[]> {
  const all = await parts(executable, build);
  return [
    {
      title: 'Size of the bundle and of the parts on call',
      head: 'file',
      rows: [
        row(`${BOARD}.js, bytes`, build.get('main')!.length, BUDGET),
        ...DATA.map((name) => row(`${name} (a table, read in place), bytes`, build.get(name)?.length ?? NaN)),
        ...all.map((p) => ({
          what: `${p.name}, ${p.size} bytes: variables when loaded`,
          value: `${p.loaded}` + (p.left ? `, ${p.left} stay` : ''),
        })),
      ],
    },
  ];
}

/** From the start of the interpreter until the pilot stands at +12 V, flash is read and the scan runs: then comes the banner. */
async function boot(build: Build, executable: string): Promise<Section[]> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const from = Date.now();
    const s = await solo({ executable, build, board: BOARD });
    try {
      if (!(await s.until(() => s.text().includes('Pilotwire'), 60000))) throw new Error(s.text());
      times.push(Date.now() - from);
    } finally {
      s.stop();
    }
  }
  const what = 'from power to a pilot that is ready, median of five, ms on this computer';
  return [{ title: 'Start', head: 'what', rows: [row(what, times.sort((a, b) => a - b)[2])] }];
}

async function started(build: Build, executable: string, unit: Units): Promise<Section[]> {
  const { blank, full } = await starts(executable, BOARD, build, unit.standin);
  return [
    {
      title: 'Instructions of a start',
      text:
        "All of the script from power to the banner, the check of the files and the first scan included; the engine's own start " +
        'and the time that flash takes are not.',
      head: 'state of the journal',
      rows: [row('blank', blank, START, k), row('full of records', full, START, k)],
    },
  ];
}

async function gates(build: Build): Promise<Section[]> {
  const rows: Row[] = [];
  for (const interlock of [false, true]) {
    say(`connect gate, ${interlock ? 'with' : 'no'} interlock`);
    const g = await gate(build, interlock);
    const board = interlock ? 'interlock' : 'no interlock';
    const most = interlock ? undefined : 0;
    rows.push(
      row(`${board}: contactor closed, link lost, host 2 s away: ms stood still`, g.far, most),
      row(`${board}: contactor closed, link lost, packets dropped: ms stood still`, g.blackhole, most),
      row(`${board}: longest stretch between two scans meanwhile, ms`, g.gap),
      row(`${board}: contactor open, packets dropped: ms stood still`, g.open),
      row(`${board}: resets by the watchdog within 25 s of that`, g.resets),
    );
  }
  return [{ title: 'The connect gate', head: 'network', rows }];
}

const SECTIONS: Record<string, (build: Build, executable: string) => Promise<Section[]>> = {
  sizes,
  boot,
  start: profiled(started),
  memory: (build) => memory(build, say),
  pool: (build) => pool(build, CHIP),
  tight: (build) => pool(build, PEAK),
  scans: profiled(quiet),
  steps: profiled(steps),
  answers: profiled(answered),
  trips: profiled(tripped),
  load: profiled(async (build, executable, unit) => [
    await load(executable, build, unit.standin, PHASES, say),
  ]),
  gate: gates,
};

/** The phases that are wanted, none = all. */
const WRITE = '--write';
const PHASES = process.argv.slice(2).filter((name) => !SECTIONS[name] && name !== WRITE);

async function main(): Promise<void> {
  const executable = process.env.ESPRUINO;
  if (!executable || !fs.existsSync(executable))
    throw new Error(`ESPRUINO: no executable "${executable ?? ''}"`);
  const wanted = process.argv.slice(2).filter((name) => SECTIONS[name]);
  if (PHASES.length && !wanted.includes('steps') && !wanted.includes('load'))
    throw new Error(`no section "${PHASES[0]}"; there is ${Object.keys(SECTIONS).join(', ')}`);
  if (PHASES.length && process.argv.includes(WRITE)) throw new Error(`${WRITE} takes whole sections`);
  const tool = new URL('../tools/build.mjs', import.meta.url).href;
  await ((await import(tool)) as { build(board: string): Promise<void> }).build(BOARD);
  const build = readBuild(path.join(ROOT, 'dist'), BOARD);
  const all: Section[] = [];
  for (const name of wanted.length ? wanted : Object.keys(SECTIONS)) {
    say(`- ${name}`);
    const found = await SECTIONS[name](build, executable);
    all.push(...found);
    process.stdout.write(markdown(found) + '\n');
  }
  const document = fs.readFileSync(DOCUMENT, 'utf8');
  if (wanted.length) {
    if (process.argv.includes(WRITE)) fs.writeFileSync(DOCUMENT, replace(document, all));
    return;
  }
  const files = [...build.values()].reduce((n, text) => n + text.length, 0);
  const day = new Date().toISOString().slice(0, 10);
  fs.writeFileSync(DOCUMENT, trend(insert(document, markdown(all)), day, files, all));
}

main().then(
  () => process.exit(0),
  (e: Error) => {
    say(e.stack ?? e.message);
    process.exit(1);
  },
);
