// The compiler. Imported as a module it would first be read for what it exports, which takes as long again as to load it.
import { createRequire } from 'node:module';

/** @type {typeof import('typescript')} */
const ts = createRequire(import.meta.url)('typescript');
export default ts;
