import assert from 'node:assert';
import { settings } from '../../firmware/core/config';
import * as change from '../../firmware/core/change.part';
import { store } from '../../firmware/core/keep.part';
import { wish, type Wish } from '../../firmware/ocpp/configuration.part';
import { conf, table, type Table } from '../fake/table';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

/** As ChangeConfiguration does. */
function accept(t: Table, name: string, text: string): string {
  const to: Wish = { kept: 0, id: '', key: name, value: text, r: undefined, v: undefined };
  const bad = wish(t.c, change, to);
  if (!bad) store(t.c, to.r!, to.v);
  return bad;
}

describe('conf', () => {
  it('takes values as clients send them', () => {
    const rows: [key: string, raw: string, value: unknown][] = [
      ['amp', '10', 10],
      ['ocppe', 'true', true],
      ['ocppe', '0', false],
      ['dwo', '2500.0', 2500],
      ['dwo', '1e3', 1000],
      ['dwo', 'null', null],
      ['fna', '"my Box"', 'my Box'],
      ['fna', '5', '5'],
      ['fna', '"a\\"b"', 'a"b'],
      ['ocppu', 'ws://host:8082/x', 'ws://host:8082/x'],
      ['ocppu', '"ws://host/me@home?a=b@c"', 'ws://host/me@home?a=b@c'],
      ['ocppu', '', ''],
      ['clp', '[6,16]', [6, 16]],
      ['frc', '2', 2],
      ['cid', '"#00ffAA"', '#00ffAA'],
      ['oms', ' Voltage, "Current.Import",', 'Voltage,Current.Import'],
    ];
    const t = table();
    for (const [key, raw, value] of rows) {
      assert.equal(conf.write(t.c, key, raw), '', `${key}=${raw}`);
      assert.deepEqual(conf.read(t.c, key), value, `${key}=${raw}`);
    }
  });

  it('refuses with the reason and changes nothing', () => {
    const rows: [key: string, raw: string, reason: RegExp][] = [
      ['amp', '5', /^failed: exceeds range 6 to 32$/],
      ['amp', '33', /exceeds range 6 to 32/],
      ['amp', '10.5', /^failed: value must be integer$/],
      ['amp', '"10"', /value must be integer/],
      ['amp', 'true', /value must be integer/],
      ['amp', 'null', /^failed: null not allowed$/],
      ['amp', 'ten', /^tried to set api key with invalid json InvalidInput$/],
      ['amp', '0x10', /invalid json/],
      ['amp', '10 ', /invalid json/],
      ['amp', '', /^tried to set api key with invalid json EmptyInput$/],
      ['dwo', '', /EmptyInput/],
      ['dwo', '-1', /exceeds range/],
      ['car', '1', /^tried to set api key without setter$/],
      ['alw', 'true', /without setter/],
      ['ocppe', '2', /^failed: value must be boolean$/],
      ['ocppe', 'yes', /invalid json/],
      ['ocppu', 'http://x', /^failed: must begin with ws:\/\/$/],
      ['ocppu', 'wss://host/x', /^failed: wss is not supported: the engine cannot verify certificates$/],
      [
        'ocppu',
        'ws://me:secret@host/x',
        /^failed: must have no user and password: those are the serial number and ocppak$/,
      ],
      ['fna', 'x'.repeat(65), /longer than 64/],
      ['clp', '[6,10', /invalid json/],
      ['clp', '[6,40]', /up to 5 integers/],
      ['clp', '{}', /up to 5 integers/],
      ['cid', 'red', /#RRGGBB/],
      ['oms', 'Voltage,Nonsense', /unknown word Nonsense/],
      ['trx', '3', /no such card/],
      ['psm', '3', /exceeds range/],
      ['nosuch', '1', /^unknown key$/],
      ['ocppck', 'secret', /PEM/],
    ];
    const t = table();
    const before = JSON.stringify(t.c.k);
    for (const [key, raw, reason] of rows) assert.match(conf.write(t.c, key, raw), reason, `${key}=${raw}`);
    assert.equal(JSON.stringify(t.c.k), before);
  });

  it('amp stays below ama, ama below the board', () => {
    const t = table();
    assert.equal(conf.write(t.c, 'ama', '16'), '');
    assert.match(conf.write(t.c, 'amp', '20'), /exceeds range 6 to 16/);
    t.c.b.amps = 16;
    assert.match(conf.write(t.c, 'ama', '20'), /exceeds range 6 to 16/);
  });

  it('keeps only what differs from the default, and reads it back', () => {
    const t = table();
    for (const [key, raw] of [
      ['amp', '10'],
      ['ocppe', 'true'],
      ['dwo', '5000'],
      ['fna', 'Gar\xc3\xa4ge'],
      ['mca', '6'],
    ])
      assert.equal(conf.write(t.c, key, raw), '');
    assert.deepEqual(Object.keys(t.journal).sort(), ['k.amp', 'k.dwo', 'k.fna', 'k.ocppe']);
    const u = table({ journal: { ...t.journal } });
    assert.deepEqual([u.c.k.amp, u.c.k.ocppe, u.c.k.dwo, u.c.k.fna], [10, 1, 5000, 'Gar\xc3\xa4ge']);
    conf.write(u.c, 'amp', '16');
    assert.ok(!('k.amp' in u.journal));
  });

  it('a change is in the journal when it is answered, a value that stands is not written again', () => {
    const t = table();
    let writes = 0;
    const put = t.c.f.put;
    t.c.f.put = (key, text) => (writes++, put(key, text));
    for (const a of ['8', '9', '10', '10']) conf.write(t.c, 'amp', a);
    assert.deepEqual([writes, t.journal['k.amp']], [3, '10']);
  });

  it('a damaged record falls back to the default', () => {
    assert.equal(table({ journal: { 'k.amp': '{' } }).c.k.amp, 16);
  });

  it('tells the hooks and wakes the scan', () => {
    const t = table();
    t.c.dirty = 0;
    t.events.length = 0;
    conf.write(t.c, 'amp', '8');
    assert.deepEqual([t.events, t.c.dirty], [['setting amp'], 1]);
  });

  it('finds OCPP names and speaks their text', () => {
    const t = table();
    assert.equal(t.c.f.row('HeartbeatInterval')?.[0], 'ocpph');
    assert.equal(t.c.f.row('NoSuchKey'), undefined);
    const rows: [name: string, text: string, ok: boolean, shown?: string][] = [
      ['HeartbeatInterval', '900', true, '900'],
      ['HeartbeatInterval', '-1', false],
      ['HeartbeatInterval', '1.5', false],
      ['HeartbeatInterval', '', false],
      ['HeartbeatInterval', ' 5', false],
      ['LocalAuthorizeOffline', 'FALSE', true, 'false'],
      ['LocalAuthorizeOffline', '1', false],
      ['LocalAuthorizeOffline', 'yes', false],
      ['MeterValuesSampledData', 'Voltage', true, 'Voltage'],
      ['MeterValuesSampledData', 'Voltage,Wind', false, 'Voltage'],
      ['MeterValuesSampledData', '', true, ''],
      ['ConnectorPhaseRotation', '0.RST,1.RST', true, '0.RST,1.RST'],
      ['ConnectorPhaseRotation', '1.XYZ', false],
      ['NumberOfConnectors', '2', false, '1'],
      ['MeterValueSampleInterval', '2147483647', true],
      ['MeterValueSampleInterval', '2147483648', false],
      ['LightIntensity', '100', true, '100'],
    ];
    for (const [name, text, ok, shown] of rows) {
      assert.equal(accept(t, name, text) === '', ok, `${name}=${text}`);
      if (shown !== undefined) assert.equal(conf.text(t.c, name), shown, name);
    }
    assert.equal(t.c.k.ocpph, 900);
    assert.equal(t.c.k.lbr, 255);
    const names = t.c.f.text(t.c.f.head(2)).split(',');
    assert.ok(names.includes('SupportedFeatureProfiles'));
    assert.equal(new Set(names).size, names.length);
  });

  it('passwords and private keys are written but never read', () => {
    const t = table();
    assert.equal(conf.write(t.c, 'ocppck', JSON.stringify(PEM)), '');
    assert.equal(conf.write(t.c, 'ocppcc', PEM), '');
    assert.equal(accept(t, 'AuthorizationKey', '0123456789abcdef'), '');
    assert.deepEqual([t.files.ocppck, t.files.ocppcc], [PEM, PEM]);
    assert.equal(conf.read(t.c, 'ocppcc'), PEM);
    for (const name of ['ocppck', 'AuthorizationKey']) assert.equal(conf.text(t.c, name), undefined);
    assert.equal(conf.write(t.c, 'ocppcc', ''), '');
    assert.equal(conf.read(t.c, 'ocppcc'), '');
    assert.deepEqual(
      Object.keys(t.journal).filter((k) => k.includes('ocppc')),
      [],
    );
  });

  it('cards: entries name what they change, UIDs are never shown', () => {
    const t = table();
    assert.equal(
      conf.write(t.c, 'cards', '[{"name":"Ann","cardId":"04a1b2c3d4e5f6"},{},{"cardId":"11223344"}]'),
      '',
    );
    assert.deepEqual(
      t.c.k.cards.map((k) => k.id),
      ['04A1B2C3D4E5F6', '', '11223344'],
    );
    const shown = conf.read(t.c, 'cards') as unknown[];
    assert.equal(shown.length, 10);
    assert.deepEqual(shown[0], { name: 'Ann', energy: 0, cardId: true });
    assert.deepEqual(shown[9], { name: 'n/a', energy: 0, cardId: false });
    assert.equal(conf.write(t.c, 'cards', JSON.stringify(shown)), '');
    assert.equal(t.c.k.cards[0].id, '04A1B2C3D4E5F6');
    assert.match(conf.write(t.c, 'cards', '[{"cardId":"12"}]'), /hexadecimal/);
    assert.equal(conf.write(t.c, 'c0n', '"Bob"'), '');
    assert.deepEqual(
      [conf.read(t.c, 'c0n'), conf.read(t.c, 'c0i'), conf.read(t.c, 'c1i')],
      ['Bob', true, false],
    );
    assert.equal(conf.write(t.c, 'del', '2'), '');
    assert.equal(t.c.k.cards.length, 1);
  });

  it('trx authorises and ends', () => {
    const t = table();
    conf.write(t.c, 'c0i', '"11223344"');
    assert.equal(conf.write(t.c, 'trx', '1'), '');
    assert.deepEqual([t.c.ses.tag, conf.read(t.c, 'trx')], ['11223344', 1]);
    assert.match(conf.write(t.c, 'trx', '0'), /a transaction runs/);
    assert.equal(conf.write(t.c, 'trx', 'null'), '');
    assert.equal(conf.read(t.c, 'trx'), null);
    assert.equal(conf.write(t.c, 'trx', '0'), '');
    assert.equal(t.c.ses.tag, 'no-card');
  });

  it('networks: keys stay inside, {} leaves an entry', () => {
    const t = table();
    assert.equal(conf.write(t.c, 'wifis', '[{"ssid":"a","key":"secret12"}]'), '');
    assert.equal(conf.write(t.c, 'wifis', '[{},{"ssid":"b"}]'), '');
    assert.deepEqual(t.c.k.wifis, [
      { ssid: 'a', key: 'secret12' },
      { ssid: 'b', key: '' },
    ]);
    assert.deepEqual(conf.read(t.c, 'wifis'), [
      { ssid: 'a', key: true },
      { ssid: 'b', key: false },
    ]);
  });

  it('clock: utc sets, loc follows zone and summer time', () => {
    const t = table();
    for (const bad of ['2026-13-01T00:00:00', 'now', '2026-1-1', '2026-01-01 00:00:00'])
      assert.match(conf.write(t.c, 'utc', bad), /must be UTC/, bad);
    const rows = [
      ['2026-01-31T12:00:00', '2026-01-31T13:00:00.000 +01:00'],
      ['2026-03-29T00:59:59', '2026-03-29T01:59:59.000 +01:00'],
      ['2026-03-29T01:00:00', '2026-03-29T03:00:00.000 +02:00'],
      ['2026-10-25T00:59:59Z', '2026-10-25T02:59:59.000 +02:00'],
      ['2026-10-25T01:00:00Z', '2026-10-25T02:00:00.000 +01:00'],
    ];
    for (const [utc, loc] of rows) {
      assert.equal(conf.write(t.c, 'utc', utc), '');
      assert.equal(conf.read(t.c, 'utc'), utc.substr(0, 19) + '.000');
      assert.equal(conf.read(t.c, 'loc'), loc);
    }
    conf.write(t.c, 'tof', '-210');
    conf.write(t.c, 'tds', '0');
    assert.equal(conf.read(t.c, 'loc'), '2026-10-24T21:30:00.000 -03:30');
  });

  it('the preset is applied once and kept', () => {
    const t = table({ files: { preset: '{"amp":"12","ocppu":"ws://h/","fna":"x y","car":"1"}' } });
    assert.deepEqual([t.c.k.amp, t.c.k.ocppu, t.c.k.fna], [12, 'ws://h/', 'x y']);
    assert.equal(t.files.preset, undefined);
    assert.equal(t.journal['k.amp'], '12');
    assert.match(t.lines.join(), /preset car: .*without setter/);
    settings(t.c);
    assert.equal(t.c.k.amp, 12);
  });

  it('writes JSON that leaves bytes above 127 alone', () => {
    const rows: [unknown, string][] = [
      ['plain', '"plain"'],
      ['a"b\\c\n', '"a\\"b\\\\c\\n"'],
      ['\xc3\xa4', '"\xc3\xa4"'],
      ['\xc3\xa4"\n', '"\xc3\xa4\\"\\n"'],
      [NaN, 'null'],
      [undefined, 'null'],
      [1500, '1500'],
      [[1, null, 'x', { a: [true] }], '[1,null,"x",{"a":[true]}]'],
    ];
    for (const [v, text] of rows) assert.equal(conf.json(v), text);
  });

  it('rst restarts after the answer has left', () => {
    const t = table();
    assert.equal(conf.write(t.c, 'rst', '"true"'), '');
    assert.deepEqual(t.resets, []);
    t.run();
    assert.deepEqual(t.resets, [1]);
  });
});
