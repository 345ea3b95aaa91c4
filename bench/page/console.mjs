// The serial console: what it prints, what is typed.

import { $, ask } from './dom.mjs';

/** Console output without what moves a terminal's cursor. */
// eslint-disable-next-line no-control-regex
const plain = (text) => text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replace(/[\r\b]/g, '');

const KEPT = 200000;
const typed = [];
let back = 0;
let since = 0;

export function forgetLog() {
  since = 0;
  $('log').textContent = '';
}

export async function readLog() {
  const { next, text } = await ask(`/bench/log?since=${since}`);
  if (next < since) return void (since = 0);
  since = next;
  if (!text) return;
  const log = $('log');
  const end = log.scrollTop + log.clientHeight > log.scrollHeight - 30;
  log.textContent = (log.textContent + plain(text)).slice(-KEPT);
  if (end) log.scrollTop = log.scrollHeight;
}

export function consoleLine(post) {
  $('prompt').addEventListener('submit', () => {
    const line = $('line').value;
    if (line) typed.push(line);
    back = 0;
    $('line').value = '';
    $('log').scrollTop = $('log').scrollHeight;
    void post('console', { line });
  });
  $('line').addEventListener('keydown', (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    back = Math.max(0, Math.min(typed.length, back + step));
    $('line').value = back ? typed[typed.length - back] : '';
  });
}
