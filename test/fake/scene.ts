// A bench with the few moves that a story of the whole house needs, on either engine.

import assert from 'node:assert';
import type { Bench } from '../../bench/start';

export interface Frame {
  from: 'cp' | 'cs';
  frame: [number, string, ...unknown[]];
  invalid?: string;
}
export type Json = Record<string, unknown>;

/** A bench with the few moves that the story needs. */
export class Scene {
  constructor(
    private bench: Bench,
    readonly engine: 'node' | 'espruino',
  ) {}

  async json(url: string, body?: object): Promise<Json> {
    const r = await fetch(url, body ? { method: 'POST', body: JSON.stringify(body) } : undefined);
    const text = await r.text();
    assert.ok(r.ok, `${url}: ${r.status} ${text}`);
    return JSON.parse(text) as Json;
  }
  status(filter: string): Promise<Json> {
    return this.json(`${this.bench.http}/api/status?filter=${filter}`);
  }
  set(query: string): Promise<Json> {
    return this.json(`${this.bench.http}/api/set?${query}`);
  }
  post(what: string, body: object): Promise<Json> {
    return this.json(`${this.bench.bench}/bench/${what}`, body);
  }
  /** Payload that the charger answers to a call of the central system. */
  async call(action: string, payload: object): Promise<Json> {
    let answer: Json | undefined;
    const asked = this.json(`${this.bench.bench}/csms/call`, { action, payload }).then((a) => (answer = a));
    while (!answer) await Promise.race([asked, this.pass(100)]);
    assert.ok(answer.result, JSON.stringify(answer));
    return answer.result as Json;
  }
  snapshot(): Promise<Json> {
    return this.json(`${this.bench.bench}/bench`);
  }
  async frames(): Promise<Frame[]> {
    return (await this.json(`${this.bench.bench}/csms/log?since=0`)).frames as Frame[];
  }
  /** Calls of the charger, `Action` or `Action detail`, in order. */
  async said(): Promise<string[]> {
    const calls = (await this.frames()).filter((f) => f.from === 'cp' && f.frame[0] === 2);
    return calls.map((f) => {
      const p = f.frame[3] as Json;
      return p.status && p.connectorId === 1 ? `${f.frame[2]} ${p.status}` : String(f.frame[2]);
    });
  }
  /** The energy registers of all MeterValues, oldest first. */
  async samples(): Promise<unknown[]> {
    const calls = (await this.frames()).filter((f) => f.from === 'cp' && f.frame[2] === 'MeterValues');
    const values = calls.flatMap(
      (f) => (f.frame[3] as { meterValue: { sampledValue: Json[] }[] }).meterValue[0].sampledValue,
    );
    return values.filter((v) => v.measurand === 'Energy.Active.Import.Register').map((v) => v.value);
  }
  /** Lets world time pass until `test` holds, at most `ms` of it. */
  async until(what: string, ms: number, test: () => Promise<boolean>): Promise<void> {
    for (let t = 0; t < ms; t += 200) {
      if (await test()) return;
      await this.pass(200);
    }
    const log = (await this.json(`${this.bench.bench}/bench/log?since=0`)).text;
    assert.fail(
      `${what}: not within ${ms} ms\n${log}\n${JSON.stringify(await this.snapshot())}\n${(await this.said()).join(', ')}`,
    );
  }
  /** World time passes: at once on the virtual clock, really on the interpreter. */
  async pass(ms: number): Promise<void> {
    if (this.engine === 'node') await this.post('clock', { advance: ms });
    else await new Promise((done) => setTimeout(done, ms));
  }
  async heard(call: string, ms = 10000): Promise<void> {
    await this.until(call, ms, async () => (await this.said()).includes(call));
  }
}

export const duty = async (s: Scene): Promise<number> =>
  ((await s.snapshot()).pilot as { duty: number }).duty;
export const near = (value: number, want: number, by: number): boolean => Math.abs(value - want) <= by;
