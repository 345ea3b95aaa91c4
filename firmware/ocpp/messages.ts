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
  { names: ['MeterValues'], part: 'values' },
  { names: ['Heartbeat'], part: 'boot' },
  { names: [], part: 'notify' },
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
}

export const ASKED: { [action: string]: Asked } = {
  GetConfiguration: { profile: 'Core', part: 'configuration', q: 'key a?' },
  ChangeConfiguration: { profile: 'Core', part: 'configuration', q: 'key s50,value s500' },
  TriggerMessage: { profile: 'RemoteTrigger', part: 'manage', q: 'requestedMessage s60,connectorId i?' },
  RemoteStartTransaction: {
    profile: 'Core',
    part: 'remote',
    q: 'idTag s20,connectorId i?,chargingProfile o?',
  },
  RemoteStopTransaction: { profile: 'Core', part: 'remote', q: 'transactionId i' },
  ChangeAvailability: { profile: 'Core', part: 'manage', q: 'connectorId u,type eInoperative|Operative' },
  Reset: { profile: 'Core', part: 'remote', q: 'type eHard|Soft' },
  UnlockConnector: { profile: 'Core', part: 'remote', q: 'connectorId u' },
  DataTransfer: { profile: 'Core', part: 'manage', q: 'vendorId s255,messageId s50?,data s3000?' },
  ClearCache: { profile: 'Core', part: 'learn' },
  CancelReservation: { profile: 'Reservation', part: 'reserve', q: 'reservationId i' },
  ReserveNow: {
    profile: 'Reservation',
    part: 'reserve',
    q: 'connectorId u,expiryDate s60,idTag s20,parentIdTag s20?,reservationId i',
  },
  GetDiagnostics: {
    profile: 'FirmwareManagement',
    part: 'upload',
    q: 'location s512,retries u?,retryInterval u?,startTime s40?,stopTime s40?',
  },
  UpdateFirmware: {
    profile: 'FirmwareManagement',
    part: 'update',
    q: 'location s512,retrieveDate s40,retries u?,retryInterval u?',
  },
  GetLocalListVersion: { profile: 'LocalAuthListManagement', part: 'locals' },
  // The entries are taken in before: see bulk.part.ts.
  SendLocalList: {
    profile: 'LocalAuthListManagement',
    part: 'locals',
    q: 'listVersion i,updateType eFull|Differential',
  },
  ClearChargingProfile: {
    profile: 'SmartCharging',
    part: 'compose',
    q: 'id i?,connectorId i?,chargingProfilePurpose eChargePointMaxProfile|TxDefaultProfile|TxProfile?,stackLevel u?',
  },
  GetCompositeSchedule: {
    profile: 'SmartCharging',
    part: 'compose',
    q: 'connectorId i,duration i,chargingRateUnit eA|W?',
  },
  SetChargingProfile: { profile: 'SmartCharging', part: 'profile', q: 'connectorId u,csChargingProfiles o' },
  CertificateSigned: { profile: 'Security' },
  DeleteCertificate: { profile: 'Security' },
  ExtendedTriggerMessage: { profile: 'Security' },
  GetInstalledCertificateIds: { profile: 'Security' },
  GetLog: { profile: 'Security' },
  InstallCertificate: { profile: 'Security' },
  SignedUpdateFirmware: { profile: 'Security' },
};
