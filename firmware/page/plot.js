// The plot: power as an area, current on offer as a line of steps, over the last minutes. Only what this page has seen.

/** Time shown, least and most, ms. */
const LEAST = 120000;
const MOST = 600000;
const [LEFT, RIGHT, TOP, BOTTOM] = [30, 30, 10, 24];

const points = [];

/** Keeps what a poll brought. A gap of half a minute and more breaks the line. */
export function note(s, at) {
  points.push({ at, kw: s.nrg[11] / 1000, a: s.acu || 0 });
  while (points[0].at < at - MOST) points.shift();
}

/** A round number not below `v`, in steps that divide by four. */
export const ceiling = (v, steps) => steps.find((n) => n >= v) ?? Math.ceil(v / 8) * 8;

function svg(tag, attributes, text) {
  const e = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  if (text !== undefined) e.textContent = text;
  return e;
}

export function plot(e, t, number) {
  const last = points[points.length - 1];
  if (!last) return;
  const kw = ceiling(Math.max(...points.map((p) => p.kw)), [4, 8, 12, 16, 24]);
  const amps = ceiling(Math.max(...points.map((p) => p.a)), [16, 32]);
  const [W, H] = [e.clientWidth, e.clientHeight];
  e.setAttribute('viewBox', `0 0 ${W} ${H}`);
  const span = Math.ceil(Math.max(LEAST, last.at - points[0].at) / LEAST) * LEAST;
  const x = (at) => LEFT + ((at - last.at + span) / span) * (W - LEFT - RIGHT);
  const y = (share) => TOP + (1 - share) * (H - TOP - BOTTOM);
  const round = (n) => n.toFixed(1);
  const out = [];
  for (let i = 0; i < 5; i++) {
    out.push(svg('path', { class: 'rule', d: `M${LEFT} ${y(i / 4)}H${W - RIGHT}` }));
    out.push(svg('text', { class: 'l', x: LEFT - 6, y: y(i / 4) + 4 }, number((kw * i) / 4)));
    out.push(svg('text', { class: 'r', x: W - RIGHT + 6, y: y(i / 4) + 4 }, number((amps * i) / 4)));
  }
  const ticks = span === LEAST ? 2 : span / LEAST;
  for (let i = 1; i < ticks; i++) {
    const back = (span * i) / ticks;
    out.push(svg('text', { class: 'm', x: x(last.at - back), y: H - 4 }, `−${back / 60000} min`));
  }
  let area = '';
  let line = '';
  let offer = '';
  points.forEach((p, i) => {
    const before = points[i - 1];
    const gap = !before || p.at - before.at > 30000;
    const at = round(x(p.at));
    if (gap && area) area += `V${y(0)}Z`;
    area += gap ? `M${at} ${y(0)}` : '';
    area += `L${at} ${round(y(p.kw / kw))}`;
    line += `${gap ? 'M' : 'L'}${at} ${round(y(p.kw / kw))}`;
    offer += gap ? `M${at} ${round(y(p.a / amps))}` : `H${at}V${round(y(p.a / amps))}`;
  });
  out.push(svg('path', { class: 'area', d: `${area}V${y(0)}Z` }));
  out.push(svg('path', { class: 'line', d: line }));
  out.push(svg('path', { class: 'dash', d: offer }));
  e.replaceChildren(...out);
  const top = Math.max(...points.map((p) => p.kw));
  e.setAttribute(
    'aria-label',
    t.plotSays.replace('{0}', number(last.kw, 1)).replace('{1}', number(top, 1)).replace('{2}', last.a),
  );
}
