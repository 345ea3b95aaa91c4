// Root hook of mocha: tests put the engine's globals in place of Node's, and several files share a process. What a file
// found is there again when it has ended.

const KEPT = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'require',
  'print',
  'E',
  'getTime',
  'process',
];
let found: [string, PropertyDescriptor | undefined][] = [];

export const mochaHooks = {
  beforeAll(): void {
    found = KEPT.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  },
  afterAll(): void {
    for (const [name, d] of found)
      if (d) Object.defineProperty(globalThis, name, d);
      else delete (globalThis as Record<string, unknown>)[name];
  },
};
