// Ready-made calls of the central system.

/** [title, action, payload]. `TX` stands for the id of the last transaction. */
export const EXAMPLES = [
  ['Read the configuration', 'GetConfiguration', {}],
  ['Read two keys', 'GetConfiguration', { key: ['HeartbeatInterval', 'MeterValueSampleInterval'] }],
  ['Meter values every 10 s', 'ChangeConfiguration', { key: 'MeterValueSampleInterval', value: '10' }],
  ['Start from afar', 'RemoteStartTransaction', { connectorId: 1, idTag: 'REMOTE1' }],
  ['Start with a tag that is refused', 'RemoteStartTransaction', { connectorId: 1, idTag: 'INVALID1' }],
  ['Stop the transaction', 'RemoteStopTransaction', { transactionId: 'TX' }],
  ['Ask for the status', 'TriggerMessage', { requestedMessage: 'StatusNotification', connectorId: 1 }],
  ['Ask for meter values', 'TriggerMessage', { requestedMessage: 'MeterValues', connectorId: 1 }],
  ['Take out of service', 'ChangeAvailability', { connectorId: 1, type: 'Inoperative' }],
  ['Back into service', 'ChangeAvailability', { connectorId: 1, type: 'Operative' }],
  ['Unlock the connector', 'UnlockConnector', { connectorId: 1 }],
  [
    'Limit to 10 A',
    'SetChargingProfile',
    {
      connectorId: 1,
      csChargingProfiles: {
        chargingProfileId: 1,
        stackLevel: 0,
        chargingProfilePurpose: 'TxDefaultProfile',
        chargingProfileKind: 'Relative',
        chargingSchedule: {
          chargingRateUnit: 'A',
          chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }],
        },
      },
    },
  ],
  ['What the limits come to', 'GetCompositeSchedule', { connectorId: 1, duration: 3600 }],
  ['Remove all limits', 'ClearChargingProfile', {}],
  [
    'Reserve for a card',
    'ReserveNow',
    { connectorId: 1, reservationId: 1, idTag: '04A1B2C3D4E5F6', expiryDate: '2099-01-01T00:00:00Z' },
  ],
  ['Cancel the reservation', 'CancelReservation', { reservationId: 1 }],
  [
    'Put a card on the local list',
    'SendLocalList',
    {
      listVersion: 1,
      updateType: 'Full',
      localAuthorizationList: [{ idTag: '04A1B2C3D4E5F6', idTagInfo: { status: 'Accepted' } }],
    },
  ],
  ['Version of the local list', 'GetLocalListVersion', {}],
  ['Clear the cache', 'ClearCache', {}],
  ['Something of a vendor', 'DataTransfer', { vendorId: 'example', data: 'hello' }],
  ['Restart gently', 'Reset', { type: 'Soft' }],
  ['Restart hard', 'Reset', { type: 'Hard' }],
  ['A call that breaks the schema', 'Reset', { type: 'Lukewarm' }],
];
