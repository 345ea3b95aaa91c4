// Door of the device's thread. tsx's `--import` does not take effect in a worker of Node 20, so it is registered here.

import { register } from 'tsx/esm/api';

register();
await import('./device.ts');
