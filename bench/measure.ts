// `npm run bench:engine`: what the built bundle costs on the real interpreter, with all virtual parts around it. Prints a
// table and writes it into docs/budgets.md. Arguments: the sections to measure, or none for all; with some only, nothing
// is written. What names no section is a phase of the story, and `steps` runs no others that leave nothing behind.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBuild, type Build } from './image';
import { solo } from './engine/solo';
import { answers } from './measure/answers';
import {
  ANSWER,
  BUNDLE,
  CHANGE,
  CHIP,
  PEAK,
  PERIOD,
  QUIET_SCAN,
  START,
  WORK,
  memory,
} from './measure/budgets';
import { gate } from './measure/gate';
import { DATA, parts } from './measure/parts';
import { calibrate, net, Profile, scans, type Step, type Units } from './measure/profile';
import { starts } from './measure/starts';
import { Stage, type Json, type Phase } from './measure/stage';
import { loads, story } from './measure/story';
import { insert, k, markdown, row, trend, type Row, type Section } from './measure/table';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BOARD = process.env.BOARD || 'reference';
const DOCUMENT = path.join(ROOT, 'docs/budgets.md');

/** An interpreter compiled without optimisation needs more for one turn of an empty loop. */
const OPTIMISED = 14e3;

/** How much slower the script's clock goes in the profile, and how much longer everything is waited for. */
const PROFILED = 12;

/** Steps of a phase that are told while it runs. */
const MANY = 30;

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

/** Work of a phase, the longest first: instructions, and the parts that it called; + = it loaded that one. */
function works(profile: Profile, p: Phase, standin: number): { cost: number; parts: string }[] {
  const all = profile.between(p.from, p.to);
  const parts = (x: Step): string => {
    const before = all[all.indexOf(x) - 1]?.at ?? p.from;
    const asked = p.report.asked.filter((a) => a.at >= before && a.at < x.at).map((a) => a.name);
    return [...new Set(asked)].join(' ');
  };
  return all
    .filter((x) => x.kind === 'work')
    .map((x) => ({ cost: net(x, standin), parts: parts(x) + (x.forced ? ', collected' : '') }))
    .sort((a, b) => b.cost - a.cost);
}

/** What is over the budget or near it, as far as it is told while it runs. */
const over = (profile: Profile, p: Phase, standin: number): ReturnType<typeof works> =>
  works(profile, p, standin)
    .filter((x) => x.cost > 0.9 * WORK)
    .slice(0, MANY);

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
  const profile = new Profile(executable);
  process.env.ESPRUINO = profile.executable;
  /** The story takes long: what is known is told at once. */
  const ended = (p: Phase): void => {
    longest(profile, [p], unit.standin).forEach((r) => say(`  ${r.what}: ${r.value} ${p.errors}`));
    over(profile, p, unit.standin)
      .slice(1)
      .forEach((x) => say(`    ${k(x.cost)} ${x.parts}`));
  };
  const measure = { mark: true, slow: PROFILED };
  const s = await Stage.open({ measure, build, slow: PROFILED, say, ended, only: PHASES });
  let cut = '';
  try {
    await story(s, 500).catch((e: Error) => (cut = ` The story broke off: ${e.message.split('\n')[0]}.`));
    const broken = s.phases.filter((p) => p.errors).map((p) => p.name);
    if (broken.length) cut += ` Too slow under the profiler, so not to their end: ${broken.join('; ')}.`;
    const rows = longest(profile, s.phases, unit.standin);
    const all = profile.between(s.phases[0].from, Infinity).filter((x) => x.kind === 'work');
    const answer = await whole(s, profile, unit.standin);
    const worst = Math.max(...all.map((x) => net(x, unit.standin)));
    const ms: Row = {
      what: 'the longest work of all, ms on the chip',
      value: (worst / 1e5).toFixed(0),
      budget: (WORK / 1e5).toFixed(0),
      kept: worst <= WORK,
    };
    return [
      {
        title: 'Instructions of the longest step',
        text: `Scan: the longest of them. Work: every other callback.${cut}`,
        head: 'during',
        rows: [...rows, answer, ms],
      },
    ];
  } finally {
    process.env.ESPRUINO = executable;
    await s.close();
    profile.close();
  }
}

async function answered(build: Build, executable: string, unit: Units): Promise<Section[]> {
  const profile = new Profile(executable);
  process.env.ESPRUINO = profile.executable;
  const s = await Stage.open({ measure: { mark: true, slow: PROFILED }, build, slow: PROFILED, say });
  try {
    return [await answers(s, profile, unit.standin)];
  } finally {
    process.env.ESPRUINO = executable;
    await s.close();
    profile.close();
  }
}

/** Instructions between the beginnings of two scans: the first of them and all that follows it. */
function stretches(steps: Step[], standin: number): number[] {
  const out: number[] = [];
  for (const x of steps) {
    if (x.kind === 'bench') continue;
    if (x.kind === 'scan') out.push(net(x, standin));
    else if (out.length) out[out.length - 1] += net(x, standin);
  }
  return out;
}

/** Each load: its longest callback, and how long a scan waits that is due. */
async function load(build: Build, executable: string, unit: Units): Promise<Section[]> {
  const profile = new Profile(executable);
  process.env.ESPRUINO = profile.executable;
  const rows: Row[] = [];
  const ended = (p: Phase): void => {
    const steps = profile.between(p.from, p.to);
    const work = steps.filter((x) => x.kind === 'work').map((x) => net(x, unit.standin));
    const found = [
      row(`${p.name}: longest callback`, Math.max(...work), WORK, k),
      row(
        `${p.name}: a due scan waits at most`,
        Math.max(...stretches(steps, unit.standin)) - PERIOD,
        WORK,
        k,
      ),
    ];
    found.forEach((r) => say(`  ${r.what}: ${r.value} ${p.errors}`));
    over(profile, p, unit.standin).forEach((x) => say(`    ${k(x.cost)} ${x.parts}`));
    rows.push(...found);
  };
  const measure = { mark: true, slow: PROFILED };
  const s = await Stage.open({ measure, build, slow: PROFILED, say, ended, only: PHASES });
  let cut = '';
  try {
    await loads(s).catch((e: Error) => (cut = ` It broke off: ${e.message.split('\n')[0]}.`));
    const broken = s.phases.filter((p) => p.errors).map((p) => p.name);
    if (broken.length) cut += ` Too slow under the profiler, so not to their end: ${broken.join('; ')}.`;
    return [
      {
        title: 'Instructions under load, charging',
        text:
          'The longest callback; and how long a scan waits that is due: what runs from the beginning of one to that of the next, less ' +
          'their period, which is 2 M. Under the profiler every timer is due all the time: on the chip no more than this comes ' +
          'together. Erasing flash, some 50 ms a page, and a connect are not in it; both wait for an open contactor where nothing but ' +
          `the script opens it.${cut}`,
        head: 'during',
        rows,
      },
    ];
  } finally {
    process.env.ESPRUINO = executable;
    await s.close();
    profile.close();
  }
}

async function sizes(build: Build, executable: string): Promise<Section[]> {
  const all = await parts(executable, build);
  return [
    {
      title: 'Size of the bundle and of the parts on call',
      head: 'file',
      rows: [
        row(`${BOARD}.js, bytes`, build.get('main')!.length, BUNDLE),
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
  load: profiled(load),
  gate: gates,
};

/** The phases that are wanted, none = all. */
const PHASES = process.argv.slice(2).filter((name) => !SECTIONS[name]);

async function main(): Promise<void> {
  const executable = process.env.ESPRUINO;
  if (!executable || !fs.existsSync(executable))
    throw new Error(`ESPRUINO: no executable "${executable ?? ''}"`);
  const wanted = process.argv.slice(2).filter((name) => SECTIONS[name]);
  if (PHASES.length && !wanted.includes('steps') && !wanted.includes('load'))
    throw new Error(`no section "${PHASES[0]}"; there is ${Object.keys(SECTIONS).join(', ')}`);
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
  if (wanted.length) return;
  const files = [...build.values()].reduce((n, text) => n + text.length, 0);
  const day = new Date().toISOString().slice(0, 10);
  const document = insert(fs.readFileSync(DOCUMENT, 'utf8'), markdown(all));
  fs.writeFileSync(DOCUMENT, trend(document, day, files, all));
}

main().then(
  () => process.exit(0),
  (e: Error) => {
    say(e.stack ?? e.message);
    process.exit(1);
  },
);
