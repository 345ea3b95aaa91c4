// Elements of the page, and requests to the bench.

/** Element by id. */
export const $ = (id) => document.getElementById(id);
export const all = (selector) => [...document.querySelectorAll(selector)];
export const make = (tag, text, name = '') => {
  const e = document.createElement(tag);
  e.textContent = text;
  e.className = name;
  return e;
};

/** Asks the bench; throws what went wrong, in words. */
export async function ask(path, payload) {
  let r;
  try {
    r = await fetch(path, payload && { method: 'POST', body: JSON.stringify(payload) });
  } catch {
    throw new Error('The bench does not answer. Is it running?');
  }
  const answer = await r.json().catch(() => ({}));
  if (!r.ok) throw new Error(answer.error ?? `The bench answered ${r.status}.`);
  return answer;
}
