// Carrier board of the esp32-evse project with an ESP32-DevKitC: socket without lock is a fixed cable here; one phase or
// three through one contactor, meter on RS-485.
