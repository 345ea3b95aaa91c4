// In which order the files of a build lie in Storage. The engine finds a file by walking over all that lie before it: what is
// read again and again while a car charges comes first.

export const FIRST =
  'messages faults sample queue tx values notify limit frames inbox answer auth known learn boot web dump why zone get'.split(
    ' ',
  );

/** @param {string[]} names */
export function order(names) {
  return [
    ...FIRST.filter((name) => names.includes(name)),
    ...names.filter((name) => !FIRST.includes(name)).sort(),
  ];
}
