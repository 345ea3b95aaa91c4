// What the build puts in: constants by value, and `@board`, which stands for boards/<BOARD>.ts (see tsconfig.json).

/** Version of package.json. */
declare const VERSION: string;
/** True in builds with DEBUG=1; otherwise the lines behind it vanish. */
declare const DEBUG: boolean;
