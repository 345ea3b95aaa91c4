// UpdateFirmware on the whole bundle, the long runs: slots anywhere in their pages, and power cuts at any byte.

import assert from 'node:assert';
import { build } from '../../tools/build.mjs';
import { depth, describeLong, thin } from '../fake/depth';
import { type Hosts, VERSION, chance, image, scene } from '../fake/hosts';

describeLong('UpdateFirmware and the flash', function () {
  this.timeout(120000);
  before(function () {
    this.timeout(300000);
    return build('reference');
  });

  it('wherever the slots come to lie in their pages, no page is erased that holds anything else', () => {
    for (const offset of thin([0, 3968, 4000, 4028, 4032, 4060, 4064, 4092])) {
      const x = scene();
      const { storage } = x.w.bench;
      const size = (2 * 4096 + offset - ((storage.used() + 32) % 4096)) & ~3;
      storage.write('filler', Buffer.alloc(size, 'x'));
      for (const version of ['0.2.0', '0.3.0', '0.4.0']) {
        x.web.files['/new.pwu'] = image(version);
        x.update();
        x.w.run(170000);
        assert.equal(x.told().at(-1), 'Installed', `${offset} ${x.w.bench.out.slice(-1500)}`);
        assert.equal(x.cs.calls('BootNotification').at(-1)!.firmwareVersion, version);
      }
      for (const name of ['main', 'keys', 'filler', 'pw1', 'pw2']) assert.ok(storage.read(name), name);
      x.w.end();
    }
  });

  const CUTS = depth('CUTS');
  it(`${CUTS} power cuts at any byte: one of the two bundles always boots`, function () {
    this.timeout(CUTS * 10000);
    const x = scene();
    const { flash } = x.w.bench;
    const next = chance(7);
    let cut = false;
    const write = flash.write.bind(flash);
    flash.write = (at, data) => {
      try {
        write(at, data);
      } catch (e) {
        cut = true;
        throw e;
      }
    };
    let good = VERSION;
    // Versions from 0.2.0 to 9.9.9.
    let n = 20;
    const wanted = (): string => [...`${n}`.padStart(3, '0')].join('.');
    const seen = new Map<string, number>();
    const order = (): void => {
      x.web.files['/new.pwu'] = image(wanted());
      x.update({ retries: 50, retryInterval: 3 });
    };
    order();
    for (let i = 0; i < CUTS; i++) {
      const wait = next() * 100000;
      for (let t = 0; t < wait && !cut; t += 500) x.w.run(500);
      flash.tear(1 + Math.floor(next() * [4, 40, 3000, 140000][Math.floor(next() * 4)]));
      for (let t = 0; t < 60000 && !cut; t += 100) x.w.run(100);
      flash.tear(undefined);
      cut = false;
      const boots = x.cs.calls('BootNotification').length;
      (x.w.bench.net as Hosts).forget();
      x.w.cut(200);
      for (let t = 0; t < 60000 && x.cs.calls('BootNotification').length === boots; t += 500) x.w.run(500);
      const calls = x.cs.calls('BootNotification');
      assert.ok(calls.length > boots, `cut ${i}: no boot\n${x.w.bench.out.slice(-3000)}`);
      const version = calls.at(-1)!.firmwareVersion as string;
      assert.ok([good, wanted()].includes(version), `cut ${i}: ${version}, not ${good} or ${wanted()}`);
      seen.set(version, (seen.get(version) ?? 0) + 1);
      x.w.run(5000);
      const last = x.told().at(-1);
      if (last === 'Installed' && x.told().length) {
        good = version;
        n++;
        order();
      } else if (last === 'InstallationFailed') {
        n++;
        order();
      } else if (!last) order(); // Cut off before it was heard of.
    }
    assert.ok(seen.size > 2, JSON.stringify([...seen]));
    x.w.end();
  });
});
