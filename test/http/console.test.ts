// The console over the network: the commands of the serial line, with the password only, and nothing is evaluated.

import assert from 'node:assert/strict';
import { BYTES, ROOM } from '../../firmware/core/parts';
import { readBuild } from '../../bench/image';
import { start, type Bench } from '../../bench/start';
import { build } from '../../tools/build.mjs';
import { Host } from '../../tools/flash-host.mjs';

const WORD = 'correct horse';

const ROWS: [line: string, says: RegExp][] = [
  ['help', /^status\(\)[^]*factoryReset\("SERIAL"\)/],
  ['status', /^charger +no vehicle, state A1[^]*\nocpp +off\nup +\d+ s, boot 1/],
  ['status()', /^charger /],
  ['get amp', /^amp = 16 A\n$/],
  ['set amp 10', /^amp = 10 A\n$/],
  ['set("amp", 12);', /^amp = 12 A\n$/],
  ['set fna Tor 3 links', /^fna = "Tor 3 links"\n$/],
  ['set amp 99', /^Refused, exceeds range 6 to 32\. amp takes an integer from 6 to 32\.\n$/],
  ['get hak', /^hak = \(not shown\)\n$/],
  ['card zz', /^Type card\(\), or card\(0\) to card\(9\) to learn one\.\n$/],
  ['card 10', /^Type card\(\), or/],
  ['help set', /no key "set"\. Type keys\(\)/],
  ['get nosuch', /^There is no key "nosuch"\. Type keys\(\)/],
  ['keys("mptwt")', /^mptwt [^]*\nMore: keys\("\w+"\)\n$/],
  ['help amp', /^Current that the user asks for[^]*takes an integer/],
  ['log', /^(\d+\.\d \w+ .*\n)*\n?$/],
  ['trace', /boot 1\n/],
  ['wifi', /^network +bench, [^]*\nknown +0 bench\n$/],
  ['wifi("Garage", "geheim-123")', /^Known from now on/],
  ['wifi', /known +1 Garage\n$/],
  ['ocpp("http://x")', /^Refused, ocppu|^Refused, must begin with ws/],
  ['ocpp', /^ocpp +off\naddress +none, identity \d+\nrunning +no transaction\n$/],
  ['meter', /^meter +answers\nL1 [^]*L3 [^]*energy +session 0 Wh/],
  ['card 3', /^Hold the card to the reader/],
  ['card', /access +open\n$/],
  ['fault', /^No fault\.\n$/],
  ['fault clear', /^Cleared\.\n$/],
  ['selftest', /^monitor +is being tested[^]*\nfiles +whole\nfaults +none\n$/],
  ['factoryReset', /^The serial number is missing: type factoryReset\("\d+"\)/],
  ['factoryReset 1', /^Refused, the value must be the serial number/],
  ['hlep', /^There is no command "hlep"\. Type help\(\)\.\n$/],
  ['set("amp", 6+4)', /^Arguments are numbers.*type set\("amp", 10\)/],
  ['get(c.k.hak)', /^Arguments are numbers/],
  ['E.reboot()', /^There is no command "E"/],
  ['', /^There is no command ""/],
]; // prettier-ignore

function suite(engine: 'node' | 'espruino'): void {
  let b: Bench;
  let host: Host;
  before(async () => {
    b = await start({ engine, csms: 'off', http: 0, bench: 0, fresh: true, flash: '' });
    host = new Host(new URL(b.http).host, '');
    // The network is joined and the meter has answered.
    for (let n = 0; !/"nif":"st".*"nrg":\[230/.test((await b.get('/api/status?filter=nif,nrg')).body); n++) {
      assert.ok(n < 100, b.log().text);
      await new Promise((go) => setTimeout(go, 100));
    }
  });
  after(() => b.stop());
  const type = async (line: string): Promise<string> => {
    const r = await host.ask('/console', line);
    assert.equal(r.status, 200, r.body);
    return r.body;
  };

  it('never without a password', async () => {
    assert.equal((await host.ask('/console', 'status')).status, 403);
    await host.ask('/api/set', JSON.stringify({ hak: WORD }));
    assert.equal((await host.ask('/console', 'status')).status, 401);
    host.password = WORD;
  });

  for (const [line, says] of ROWS) it(line || 'nothing', async () => assert.match(await type(line), says));

  it('the test of the monitor passes, and is refused while a car charges', async () => {
    const until = async (what: string, test: () => Promise<boolean>): Promise<void> => {
      for (let n = 0; !(await test()); n++) {
        assert.ok(n < 300, `${what}\n${b.log().text}`);
        if (engine === 'node') await b.advance(200);
        else await new Promise((go) => setTimeout(go, 200));
      }
    };
    await until('tested', async () => /test passed/.test(await type('trace')));
    await b.post('car', { state: 'C', amps: 32, phases: 3 });
    const closed = async (): Promise<boolean> =>
      ((await b.snapshot()).contactor as { closed: boolean }).closed;
    await until('charges', closed);
    assert.equal(await type('selftest'), 'Not while charging: end the session first.\n');
    assert.match(await type('status'), /charger +charging, state C2/);
  });

  it('a mistake on the serial line opens nothing; commands without a stub work there', async () => {
    assert.match(await b.console('hlep()'), /"hlep" is not defined\. Type help\(\)/);
    const rows: [line: string, says: RegExp][] = [
      ['set("amp" 3)', /Arguments are numbers, true, false, or text in double quotes: type set\("amp", 10\)/],
      ['get(amp)', /"amp" is not defined\. Arguments are .*: type set/],
      ['set amp 11', /^amp = 11 A$/m],
      ['get amp', /^amp = 11 A$/m],
      ['set amp 99', /Refused, exceeds range 6 to 32\. amp takes an integer/],
      ['fault', /^No fault\.$/m],
      // The engine tells the first 60 characters of a line: what is cut is not taken for all of it.
      [`wifi("${'x'.repeat(32)}", "${'y'.repeat(40)}")`, /Arguments are numbers, true, false, or text/],
      [`set fna ${'z'.repeat(64)}`, /Arguments are numbers, true, false, or text/],
    ];
    for (const [typed, says] of rows) {
      const from = b.log().next;
      let said = await b.console(typed);
      for (let n = 0; n < 40 && !says.test(said); n++) {
        if (engine === 'node') await b.advance(100);
        else await new Promise((go) => setTimeout(go, 100));
        said = b.log(from).text;
      }
      assert.match(said, says, typed);
    }
    assert.doesNotMatch(await b.console('get("wifis")'), /xxx/);
    assert.match(await b.console('meter()'), /meter +answers[^]*L1/);
    const s = (await b.snapshot()) as unknown as { contactor: { closed: boolean; openedUnderLoad: number } };
    assert.ok(s.contactor.closed, b.log().text);
    assert.equal(JSON.parse((await b.get('/api/status?filter=err')).body).err, 0);
  });

  it('reboot', async () => {
    assert.equal(await type('reboot'), 'Restarts.\n');
    for (let n = 0; n < 100 && !/boot 2/.test(b.log().text); n++)
      if (engine === 'node') await b.advance(500);
      else await new Promise((go) => setTimeout(go, 500));
    assert.match(b.log().text, /boot 2/);
  });
}

const TEAMS =
  'console conf,tell conf,set param,set change apply,set escape,set utf8,apply cards,apply creds,apply sched,apply nets,apply trx,configuration change keep,get why,dump why,dump zone'.split(
    ',',
  );

describe('parts that work hand in hand', function () {
  this.timeout(60000);
  /** One that does not fit beside the other drives it out, and both are loaded anew in each turn. */
  it('have room beside each other', async () => {
    await build('reference');
    const files = readBuild('dist', 'reference');
    const cost = (name: string): number => 1 + Math.floor(files.get(name)!.length / BYTES);
    for (const team of TEAMS) {
      const all = team.split(' ').reduce((n, name) => n + cost(name), 0);
      assert.ok(all <= ROOM, `${team}: ${all} of ${ROOM}`);
    }
  });
});

describe('console over the network', function () {
  this.timeout(60000);
  suite('node');
});
if (process.env.ESPRUINO)
  describe('console over the network, the real interpreter', function () {
    this.timeout(240000);
    suite('espruino');
  });
