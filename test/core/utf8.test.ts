import assert from 'node:assert';
import { isUtf8 } from 'node:buffer';
import { good } from '../../firmware/core/utf8.part';

describe('UTF-8', () => {
  it('is what a strict reader takes: every pair, and walks over the bytes at which something begins or ends', () => {
    const edges = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff]; // prettier-ignore
    const look = (list: number[]): void => {
      const bytes = Uint8Array.from(list);
      assert.equal(good(String.fromCharCode(...list)), isUtf8(bytes), Buffer.from(bytes).toString('hex'));
    };
    for (let a = 0; a < 256; a++) for (let b = 0; b < 256; b++) look([a, b]);
    for (const a of edges) for (const b of edges) for (const c of edges) look([a, b, c]);
    for (const a of edges.slice(16)) for (const b of edges) for (const c of edges) for (const d of edges) look([a, b, c, d]); // prettier-ignore
    for (const a of edges.slice(10, 14)) for (const b of edges) look([0xc3, 0xa4, a, b, 0x82, 0xac, 0x20]);
  });

  it('has a hundred letters beyond ASCII at most', () => {
    for (const letter of ['\xc3\xa4', '\xe2\x82\xac', '\xf0\x9f\x98\x80', '\x01', '\x7f']) {
      assert.ok(good(`a${letter.repeat(100)}b`), letter);
      assert.ok(!good(`a${letter.repeat(101)}b`), letter);
    }
    assert.ok(good('\xc3\xa4\xe2\x82\xac'.repeat(50)));
    assert.ok(!good('\xc3\xa4\xe2\x82\xac'.repeat(51)));
  });
});
