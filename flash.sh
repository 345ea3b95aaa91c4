#!/bin/sh
# Puts Pilotwire on a board: ./flash.sh --help. Needs Node.js 20.11 or newer, and esptool to write the engine.
here=$(cd "$(dirname "$0")" && pwd) || exit 1
if ! command -v node >/dev/null 2>&1; then
  echo 'Node.js is missing: install version 20.11 or newer from https://nodejs.org' >&2
  exit 1
fi
version=$(node --version)
major=${version#v}
minor=${major#*.}
if [ "${major%%.*}" -lt 20 ] || { [ "${major%%.*}" -eq 20 ] && [ "${minor%%.*}" -lt 11 ]; }; then
  echo "Node.js $version is too old: 20.11 or newer is needed" >&2
  exit 1
fi
exec node "$here/tools/flash.mjs" "$@"
