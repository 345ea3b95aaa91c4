// A bench under the profiler, and what its phases took: the longest callbacks, and how long a scan that is due waits.

import type { Build } from '../image';
import { PERIOD, WORK } from './budgets';
import { costs, net, Profile, type Step } from './profile';
import { ENOUGH, Stage, type Phase, type StageOptions } from './stage';
import { loads } from './story';
import { k, row, type Row, type Section } from './table';

/** How much slower the script's clock goes in the profile, and how much longer everything is waited for. */
const PROFILED = 12;

/** Steps of a phase that are told while it runs. */
const MANY = 30;

/** Runs `use` with a bench whose interpreter is profiled. */
export async function under<T>(
  executable: string,
  build: Build,
  use: (s: Stage, profile: Profile) => Promise<T>,
  o: (profile: Profile) => Partial<StageOptions> = (): object => ({}),
): Promise<T> {
  const profile = new Profile(executable);
  const before = process.env.ESPRUINO;
  process.env.ESPRUINO = profile.executable;
  let s: Stage | undefined;
  try {
    const measure = { mark: true, slow: PROFILED };
    s = await Stage.open({ measure, build, slow: PROFILED, ...o(profile) });
    return await use(s, profile);
  } finally {
    process.env.ESPRUINO = before;
    await s?.close();
    profile.close();
  }
}

/** What a story under the profiler did not get to. */
export async function cut(s: Stage, story: Promise<unknown>): Promise<string> {
  let off = '';
  await story.catch((e: Error) => {
    if (e.message !== ENOUGH) off = ` It broke off: ${e.message.split('\n')[0]}.`;
  });
  const slow = s.phases.filter((p) => p.errors).map((p) => p.name);
  return off + (slow.length ? ` Too slow under the profiler, so not to their end: ${slow.join('; ')}.` : '');
}

/** Work of a phase, the longest first: instructions, and the parts that it called; + = it loaded that one. */
export function works(profile: Profile, p: Phase, standin: number): { cost: number; parts: string }[] {
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
export const over = (profile: Profile, p: Phase, standin: number): ReturnType<typeof works> =>
  works(profile, p, standin)
    .filter((x) => x.cost > 0.9 * WORK)
    .slice(0, MANY);

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

/** A load: its longest callback, and how long a scan waits that is due. */
export function loaded(name: string, steps: Step[], standin: number): Row[] {
  const work = costs(steps, 'work', standin);
  const wait = Math.max(...stretches(steps, standin)) - PERIOD;
  return [
    row(`${name}: longest callback`, Math.max(...work), WORK, k),
    row(`${name}: a due scan waits at most`, wait, WORK, k),
  ];
}

/** The loads that are wanted, none = all. */
export function load(
  executable: string,
  build: Build,
  standin: number,
  only: string[] = [],
  say: (text: string) => void = () => {},
): Promise<Section> {
  const rows: Row[] = [];
  const measured = async (s: Stage): Promise<Section> => {
    const missed = await cut(s, loads(s));
    return {
      title: 'Instructions under load, charging',
      text:
        'The longest callback; and how long a scan waits that is due: what runs from the beginning of one to that of the next, less ' +
        'their period, which is 2 M. Under the profiler every timer is due all the time: on the chip no more than this comes ' +
        'together. Erasing flash, some 50 ms a page, and a connect are not in it; both wait for an open contactor where nothing but ' +
        `the script opens it.${missed}`,
      head: 'during',
      rows,
    };
  };
  return under(executable, build, measured, (profile) => ({
    only,
    say,
    ended(p): void {
      const found = loaded(p.name, profile.between(p.from, p.to), standin);
      found.forEach((r) => say(`  ${r.what}: ${r.value} ${p.errors}`));
      over(profile, p, standin).forEach((x) => say(`    ${k(x.cost)} ${x.parts}`));
      rows.push(...found);
    },
  }));
}
