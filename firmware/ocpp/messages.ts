// The table of OCPP 1.6 messages. The build makes the data file `messages` of it (tools/messages.mjs), so that a row costs
// nothing while it is not used; docs/ocpp.md is printed from it. It is never bundled.

/** Somebody who sends, in order of urgency: the bits of state.ts, lowest first. */
export interface Told {
  /** Messages behind this bit. */
  names: string[];
  /** Part that writes it and takes the outcome; at most 7 letters. */
  part: string;
}

export const TOLD: Told[] = [
  { names: ['BootNotification'], part: 'boot' },
  { names: ['Authorize'], part: 'auth' },
  { names: ['StatusNotification'], part: 'notify' },
  { names: ['StatusNotification'], part: 'notify' },
  { names: ['StartTransaction', 'MeterValues', 'StopTransaction'], part: 'tx' },
  { names: ['MeterValues'], part: 'derive' },
  { names: ['Heartbeat'], part: 'boot' },
  {
    names: [
      'StatusNotification',
      'DiagnosticsStatusNotification',
      'FirmwareStatusNotification',
      'DataTransfer',
    ],
    part: 'notify',
  },
];

/** Something the central system may ask. */
export interface Asked {
  profile:
    | 'Core'
    | 'FirmwareManagement'
    | 'LocalAuthListManagement'
    | 'Reservation'
    | 'SmartCharging'
    | 'RemoteTrigger'
    | 'Security';
  /** Part that answers; absent = known but not offered. */
  part?: string;
  /**
   * Shape of the payload, checked before the part sees it: name, type, `?` = may be missing. Types: sN text of at most N
   * characters, i integer, u integer from 0, o object, a list of texts, eA|B one of these words.
   */
  q?: string;
  /** What the charger does with it, and what it refuses, in words: for docs/ocpp.md. */
  does?: string;
  no?: string;
}

export const ASKED: { [action: string]: Asked } = {
  GetConfiguration: {
    profile: 'Core',
    part: 'configuration',
    q: 'key a?',
    does: 'answers a key at a time, with the spelling of the table, in the order asked for; without keys all that may be read',
    no: 'unknown and write-only keys stand in `unknownKey`',
  },
  ChangeConfiguration: {
    profile: 'Core',
    part: 'configuration',
    q: 'key s50,value s500',
    does: 'checks, keeps in flash, answers, and acts at once: no key needs a restart',
    no: '`NotSupported`: unknown key; `Rejected`: read-only, malformed, out of range, or one word of a list is not supported',
  },
  TriggerMessage: {
    profile: 'RemoteTrigger',
    part: 'manage',
    q: 'requestedMessage s60,connectorId i?',
    does: 'answers, then sends what is asked for, while the registration is pending as well; BootNotification also when it was accepted',
    no: '`NotImplemented`: another message; `Rejected`: a connector that is not there',
  },
  RemoteStartTransaction: {
    profile: 'Core',
    part: 'remote',
    q: 'idTag s20,connectorId i?,chargingProfile o?',
    does: 'authorises the tag, with AuthorizeRemoteTxRequests only after asking; starts at once or with the plug; a TxProfile holds from the beginning',
    no: '`Rejected`: not accepted yet, a transaction or another tag waits or runs, Unavailable, Faulted, reserved for somebody else, a restart or an installation is under way, profile not valid',
  },
  RemoteStopTransaction: {
    profile: 'Core',
    part: 'remote',
    q: 'transactionId i',
    does: 'ends the transaction, reason Remote',
    no: '`Rejected`: no such transaction runs',
  },
  ChangeAvailability: {
    profile: 'Core',
    part: 'manage',
    q: 'connectorId u,type eInoperative|Operative',
    does: 'at once when the connector is free, otherwise `Scheduled`; kept over restarts; two flags, charge point and connector',
    no: '`Rejected`: a connector that is not there',
  },
  Reset: {
    profile: 'Core',
    part: 'remote',
    q: 'type eHard|Soft',
    does: 'ends the transaction, waits up to 30 s (Soft) or 3 s (Hard) until all is told, restarts the script (Soft) or the chip (Hard)',
    no: '',
  },
  UnlockConnector: {
    profile: 'Core',
    part: 'remote',
    q: 'connectorId u',
    does: 'ends the transaction, opens the lock and answers what its feedback says',
    no: '`NotSupported`: no lock, fixed cable, or no such connector; `UnlockFailed`: the bolt has not moved within 10 s',
  },
  DataTransfer: {
    profile: 'Core',
    part: 'manage',
    q: 'vendorId s255,messageId s50?,data s3000?',
    does: 'is understood and answered; we know no vendor',
    no: '`UnknownVendorId`: always',
  },
  ClearCache: {
    profile: 'Core',
    part: 'learn',
    does: 'empties the cache of tags',
    no: '`Rejected`: AuthorizationCacheEnabled is false',
  },
  CancelReservation: {
    profile: 'Reservation',
    part: 'reserve',
    q: 'reservationId i',
    does: 'ends the reservation, tells Available',
    no: '`Rejected`: no such reservation',
  },
  ReserveNow: {
    profile: 'Reservation',
    part: 'reserve',
    q: 'connectorId u,expiryDate s60,idTag s20,parentIdTag s20?,reservationId i',
    does: 'reserves for a tag and its group, connector 0 and 1 alike; kept over restarts; the same id replaces',
    no: '`Faulted`, `Unavailable`, `Occupied`: as the connector is; `Rejected`: it has expired already, no such connector, not kept',
  },
  GetDiagnostics: {
    profile: 'FirmwareManagement',
    part: 'upload',
    q: 'location s512,retries u?,retryInterval u?,startTime s40?,stopTime s40?',
    does: 'tells the name, then uploads trace, log and settings without secrets by HTTP PUT, or as a form by POST where PUT is refused, on a board without interlock once the contactor is open; a later request takes its place',
    no: 'UploadFailed: anything but http, no answer, a status that is no success',
  },
  UpdateFirmware: {
    profile: 'FirmwareManagement',
    part: 'update',
    q: 'location s512,retrieveDate s40,retries u?,retryInterval u?',
    does: 'fetches into the second slot while it charges (on a board without interlock once the contactor is open), checks length, sums, board and version, installs when nobody charges; the new one proves itself or gives way',
    no: 'DownloadFailed: anything but http, no file; InstallationFailed: damaged, for another board, too old, does not work; nothing during an installation',
  },
  GetLocalListVersion: {
    profile: 'LocalAuthListManagement',
    part: 'locals',
    does: 'tells the version; 0 = empty, -1 = LocalAuthListEnabled is false',
    no: '',
  },
  // The entries are taken in before: see bulk.part.ts.
  SendLocalList: {
    profile: 'LocalAuthListManagement',
    part: 'locals',
    q: 'listVersion i,updateType eFull|Differential',
    does: 'takes the entries in one by one and switches to the new list as a whole',
    no: '`VersionMismatch`: Differential, not newer; `Failed`: a tag twice or without idTagInfo in a full list, too many, no room; `NotSupported`: LocalAuthListEnabled is false',
  },
  ClearChargingProfile: {
    profile: 'SmartCharging',
    part: 'compose',
    q: 'id i?,connectorId i?,chargingProfilePurpose eChargePointMaxProfile|TxDefaultProfile|TxProfile?,stackLevel u?',
    does: 'the id alone, or all fields that are given, or everything',
    no: '`Unknown`: nothing fits',
  },
  GetCompositeSchedule: {
    profile: 'SmartCharging',
    part: 'compose',
    q: 'connectorId i,duration i,chargingRateUnit eA|W?',
    does: 'what the profiles and the hardware allow, from now on, for a week at most',
    no: '`Rejected`: no such connector, no duration, the clock is not set',
  },
  SetChargingProfile: {
    profile: 'SmartCharging',
    part: 'profile',
    q: 'connectorId u,csChargingProfiles o',
    does: 'checks, keeps in flash, then answers and acts',
    no: '`Rejected`: purpose and connector do not fit, no such transaction, stack level, number of periods or their order, dates, no place; `PropertyConstraintViolation`: a connector that is not there',
  },
  CertificateSigned: { profile: 'Security' },
  DeleteCertificate: { profile: 'Security' },
  ExtendedTriggerMessage: { profile: 'Security' },
  GetInstalledCertificateIds: { profile: 'Security' },
  GetLog: { profile: 'Security' },
  InstallCertificate: { profile: 'Security' },
  SignedUpdateFirmware: { profile: 'Security' },
};

/** What the charger tells; for docs/ocpp.md alone. */
export const SENT: { [action: string]: Pick<Asked, 'profile'> & { does: string; no: string } } = {
  Authorize: {
    profile: 'Core',
    does: 'asks whether a tag may start, or end the transaction of its group; never for the tag that has started',
    no: 'anything but `Accepted`, or an error: the tag is refused; no answer: what is known here decides',
  },
  BootNotification: {
    profile: 'Core',
    does: 'first of all after a restart, and when triggered; sets clock and heartbeat',
    no: '`Pending`: only what is triggered is told; `Rejected`: nothing is told or answered; asked again after `interval`',
  },
  DataTransfer: {
    profile: 'Core',
    does: 'with the key `ocpprl` new lines of the log: vendorId `Pilotwire`, messageId `log`, data: the lines',
    no: 'an error or an unknown vendor: no more until the next restart, or until `ocpprl` is set again',
  },
  DiagnosticsStatusNotification: {
    profile: 'FirmwareManagement',
    does: 'Uploading, then Uploaded or UploadFailed for each attempt; Idle when triggered',
    no: 'an error is logged, nothing is sent again',
  },
  FirmwareStatusNotification: {
    profile: 'FirmwareManagement',
    does: 'Downloading, Downloaded or DownloadFailed for each attempt, Installing, Installed or InstallationFailed from the bundle that runs then; Idle when triggered',
    no: 'an error is logged, nothing is sent again',
  },
  Heartbeat: {
    profile: 'Core',
    does: 'after an interval without another call that was answered, and when triggered; corrects the clock',
    no: 'nothing follows',
  },
  MeterValues: {
    profile: 'Core',
    does: 'sampled, on the clock grid, and when triggered; waits in flash, thinned when that fills up',
    no: 'an error or no answer: sent again as TransactionMessageAttempts and TransactionMessageRetryInterval say, then given up; given up at once where the error says that it is not supported or malformed',
  },
  StartTransaction: {
    profile: 'Core',
    does: 'when a tag is authorised and a vehicle plugged; waits in flash and is never thinned',
    no: 'a tag that is not accepted: StopTransactionOnInvalidId, MaxEnergyOnInvalidId; an error or no answer: sent again, then given up, and the rest of the transaction carries -1',
  },
  StatusNotification: {
    profile: 'Core',
    does: 'connector 0 and 1 after the registration, on changes, and when triggered; a fault with its error code and words; LocalListConflict',
    no: 'an error counts as told; no answer: told once more',
  },
  StopTransaction: {
    profile: 'Core',
    does: 'with reason, register and what was sampled for it; waits in flash and is never thinned',
    no: 'an error or no answer: sent again, then given up',
  },
};
