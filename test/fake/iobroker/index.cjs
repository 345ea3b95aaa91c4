// Stand-in for ioBroker's adapter core: states and objects in memory, the log as a list, timers that a test fires.
'use strict';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const { EventEmitter } = require('node:events');

class Adapter extends EventEmitter {
  constructor(options) {
    super();
    this.name = options.name;
    this.namespace = options.name + '.0';
    this.FORBIDDEN_CHARS = /[^._\-/ :!#$%&()+=@^{}|~\p{Ll}\p{Lu}\p{Nd}]+/gu;
    this.config = Object.assign({}, options.config);
    /** Values by id, objects by id, and the lines of the log as [level, text]. */
    this.states = new Map();
    this.objects = new Map();
    this.lines = [];
    this.timers = new Map();
    this.log = {};
    for (const level of ['silly', 'debug', 'info', 'warn', 'error'])
      this.log[level] = (text) => {
        this.lines.push([level, String(text)]);
        this.emit('moved');
      };
  }

  key(id) {
    return id.startsWith(this.namespace + '.') ? id.slice(this.namespace.length + 1) : id;
  }
  setState(id, state, ack) {
    const s = state !== null && typeof state === 'object' ? { ...state } : { val: state, ack: ack === true };
    const old = this.states.get(this.key(id));
    this.states.set(this.key(id), { val: old ? old.val : null, ...s, ts: Date.now() });
    this.emit('moved');
    return Promise.resolve();
  }
  getStateAsync(id) {
    return Promise.resolve(this.states.get(this.key(id)) ?? null);
  }
  getForeignStateAsync(id) {
    return this.getStateAsync(id);
  }
  getObjectAsync(id) {
    return Promise.resolve(this.objects.get(this.key(id)) ?? null);
  }
  getForeignObjectAsync(id) {
    return this.getObjectAsync(id);
  }
  setObjectNotExistsAsync(id, object) {
    if (!this.objects.has(this.key(id))) this.objects.set(this.key(id), object);
    return Promise.resolve();
  }
  extendObject(id, object) {
    this.objects.set(this.key(id), Object.assign({}, this.objects.get(this.key(id)), object));
    return Promise.resolve();
  }
  createState(_device, channel, state, common, _native, then) {
    const id = `${channel}.${state}`;
    this.objects.set(id, { type: 'state', common, native: {} });
    then(null, { id });
  }
  subscribeStates() {}
  subscribeForeignStates() {}
  supportsFeature() {
    return false;
  }
  setTimeout(fn, ms) {
    const id = this.timers.size + 1;
    this.timers.set(id, { fn, ms });
    this.emit('moved');
    return id;
  }
  clearTimeout(id) {
    this.timers.delete(id);
  }

  /** A user sets a state. */
  user(id, val) {
    this.states.set(id, { val, ack: false, ts: Date.now() });
    this.emit('stateChange', `${this.namespace}.${id}`, { val, ack: false });
  }
  /** Waits until something holds; looks whenever a state, the log or a timer has moved. */
  seen(test) {
    return new Promise((resolve) => {
      const look = () => {
        if (!test()) return;
        this.off('moved', look);
        resolve();
      };
      this.on('moved', look);
      look();
    });
  }
}

exports.Adapter = Adapter;
