// The keys that clients of the go-eCharger API version 2 know, and what becomes of each here. docs/keys.md prints what is
// not filled; test/http/clients.keys.test.ts holds the list against the key table.
//
// An entry is NAME:TYPE and marks: b boolean, i integer, n number, s text, j array or object; ? may be null, * can be
// written as well, ! only written. `c#n` stands for ten keys, c0n to c9n.

/** must: a client fails, shows something wrong or loses a control without it. should: widely read. could: the rest. */
const LIST = {
  must: `car:i? alw:b frc:i* amp:i* ama:i* acu:i? psm:i* pha:j pnp:i spl3:n* err:i? modelStatus:i cus:i ust:i* lck:i
    dwo:n?* lmo:i* nrg:j eto:i wh:n tpa:n tma:j trx:i?* cards:j* ocppe:b* ocppu:s* ocppg:b* ocppcn:b* ocppss:b* ocppck:s*
    ocppcc:s* ocppsc:s* ocpps:b ocppc:b ocppca:i? ocppa:b ocppaa:i? ocpph:i* ocppi:i* ocppai:i* ocppd:s* ocppr:b* ocpple:s?
    ocpplea:i? ocpprl:b* sse:s fna:s* typ:s var:i fwv:s rbc:i rbt:i utc:s* loc:s tof:i* tds:i* tse:b* tsss:i clp:j*`,
  should: `mca:i* amt:i fsp:b pwm:i cbl:i? adi:b cll:j rst:j! cdi:j? fhz:n? acs:i* c#n:s* c#e:i* c#i:b* ocppf:i?* ocppti:i?*
    ocppao:b* ocpplo:b* ocppla:b* ocppcm:i* ocppcs:i ocppt:b* ocppio:b* oem:s mod:s fwc:s ccrv:s ccu:j? host:s? lbr:i*
    cid:s* cwc:s* cch:s* cfi:s* hai:b* hla:b* wst:i rssi:i? ccw:j? nif:s wifis:j* ids:j! pgrid:n? ppv:n? pakku:n? inva:i?
    fup:b* fst:n* sch_week:j* sch_satur:j* sch_sund:j* log:s* map:j*`,
  could: `alwt:i tcl:i?* la1:i* la3:i* emx:i* fsptws:i? lfspt:i? psh:n* mptwt:i* mpwst:i* psmd:i* upo:b* ffb:i acp:b* su:b*
    sua:b* sumd:i* mci:i* mcpd:i* mcpea:i?* fmt:i* ct:s* tlf:b tls:b? lbp:i? lmsc:i? lccfc:i? lccfi:i? lcctc:i? lcs:i?
    avgfhz:n? rfb:i eto_mid:i wh_mid:n deltap:n deltaa:n wg:n? ws:n? wb:n? wo:n? whg:n whs:n whb:n who:n cert:i del:i!
    lrn:i! rde:b* lri:s? lrc:i? lrr:i? tsi:s? ocppff:i? ocppfai:i! ocppte:i? ocppdp:j ocppmp:j ocpptp:j ocpptt:s*
    orsch:b* osr:b* txt:i* rev:s styp:s dfam:s tab:i tzt:s* lse:b* nmo:b* bar:i* bac:i* sdp:i* esk:b* cco:n* hsa:b* wsms:i
    cce:j? scan:j scaa:i delw:i! dns:j wsm:s cwe:b* cle:s? clea:i? mce:b* mcu:s* mcc:b men:b* msp:i* cmse:b ctrls:j di1:b*
    oct:j! ocu:j dll:s pvopt_averagePGrid:n pvopt_averagePPv:n pvopt_averagePAkku:n pgt:n* po:n* sh:n* zfo:n* fzf:b*
    frm:i* mmp:n lpsc:i? awe:b* awc:i* awp:n* awcp:j? awpl:j! ara:b* ate:n* att:i* atp:j? loe:b* lot:j* lof:i* lop:i*
    loa:i? loty:i* rdbs:i* rdes:i* rdbf:i* rdef:i* rdre:i* rdpl:i* fse:b fsi:i fsc:i`,
};

/** Left out on purpose: a client that asks for one finds it missing, which is honest, in place of a value that nothing stands for. */
const REASONS = [
  ['no adapter is told apart from a cable', 'la1 la3'],
  [
    'no history is kept in memory: the times stand in `/trace` and the log',
    'alwt fsptws lfspt lbp lmsc lccfi lcctc lrr lpsc mmp',
  ],
  ['a ceiling that ends by itself: `amp`, or a charging profile of the central system', 'tcl'],
  ['waking and pausing follow fixed rules of safety: docs/safety.md', 'su sua sumd mci mcpea'],
  ['the origin of the energy is not counted', 'emx wg ws wb wo whg whs whb who'],
  ['no meter for billing is fitted', 'eto_mid wh_mid'],
  ['not measured', 'avgfhz'],
  [
    'inner figures of another control loop; `why` and `cll` say what limits',
    'deltap deltaa pvopt_averagePGrid pvopt_averagePPv pvopt_averagePAkku po zfo fzf frm atp',
  ],
  ['factory settings are those of the table', 'ocppfai'],
  ['what it means, or its unit, is not documented', 'ocppte hsa rev styp dfam fse fsi fsc'],
  ['GetCompositeSchedule tells what the profiles make of it', 'ocppdp ocppmp ocpptp'],
  ['no display', 'ocpptt'],
  ['the earth is not measured: there is nothing to switch off', 'nmo'],
  ['the button does not touch `frc`', 'sdp'],
  ['no Ethernet', 'cce'],
  ['the router knows its name servers', 'dns'],
  ['no cloud, and none of its links', 'cwe cle clea dll'],
  ['no Modbus server', 'men msp'],
  ['no controller of that maker is looked for: `ids` takes what any controller knows', 'cmse ctrls'],
  ['no input is wired', 'di1'],
  ['updates come by OCPP, where somebody answers for them', 'oct ocu'],
  ['no prices', 'awe awc awp awcp awpl ara rdbf rdef'],
  ["no load balancing between chargers: that is the central system's", 'loe lot lof lop loa loty'],
  ['not built: timers begin on the second', 'rdbs rdes rdpl'],
];

/** Filled, but not quite as there. */
const OTHERWISE = {
  car: 'never null',
  err: 'never null',
  cdi: 'always of type 1',
  lcs: 'never null',
  tls: 'never null',
  ocppck: 'never read back',
  'c#i': 'reads as boolean, is written as text',
  ocppti: 'for reading: the central system gives it',
  ocppio: 'for reading: the central system sets it',
  host: 'never null',
  ccu: 'always null',
  log: 'always empty',
  lrn: 'reads as the slot that waits; null ends the wait',
  rfb: 'null without a mirror contact',
  tab: 'null until the clock is known',
  scaa: 'null while there is no list',
};

/** Names of a text of entries, `#` spelt out. */
function spelt(name) {
  return name.includes('#') ? [...'0123456789'].map((n) => name.replace('#', n)) : [name];
}

/** @type {{ name: string, type: string, nullable: boolean, reads: boolean, writes: boolean, level: string }[]} */
export const KNOWN = Object.entries(LIST).flatMap(([level, text]) =>
  text.split(/\s+/).flatMap((entry) => {
    const [name, marks] = entry.split(':');
    return spelt(name).map((n) => ({
      name: n,
      type: marks[0],
      nullable: marks.includes('?'),
      reads: !marks.includes('!'),
      writes: /[*!]/.test(marks),
      level,
    }));
  }),
);

/** Why a key is not here. @type {Map<string, string>} */
export const ABSENT = new Map(REASONS.flatMap(([why, names]) => names.split(' ').map((n) => [n, why])));

/** What is different about one that is. @type {Map<string, string>} */
export const DIFFERS = new Map(
  Object.entries(OTHERWISE).flatMap(([n, how]) => spelt(n).map((k) => [k, how])),
);

const code = (names) => names.map((n) => `\`${n}\``).join(', ');

/** The end of docs/keys.md. */
export function gaps() {
  const out = ['## Keys of the go-eCharger API that are not here', '', '| keys | why |', '| --- | --- |'];
  for (const [why, names] of REASONS) out.push(`| ${code(names.split(' '))} | ${why} |`);
  out.push(
    '',
    'Different from there: ' +
      Object.entries(OTHERWISE)
        .map(([n, how]) => `\`${n}\` ${how}`)
        .join('; ') +
      '.',
  );
  return out;
}
