#!/bin/sh
# check_exports_test.sh CHECK COMPILER: check_exports.sh lets a good library pass and refuses each kind of bad one.
set -eu
check=$1
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

expect() { # expect WORDS "source" REGEX [COUNT]: what check_exports.sh says of a library with that source
  words=$1
  printf '%s\n' "$2" >"$folder/library.c"
  shift 2
  "$compiler" -shared -fPIC -o "$folder/library.so" "$folder/library.c"
  if said=$("$check" "$folder/library.so" "$@"); then said="pass: $said"; else said="refused: $said"; fi
  case $said in
    *"$words"*) ;;
    *) printf 'expected: %s\nfound: %s\n' "$words" "$said"; exit 1 ;;
  esac
}
compiler=$1

expect 'pass: ' 'int ec_one, ec_two; static int hidden; int* f(void) __attribute__((visibility("hidden"))); int* f(void) { return &hidden; }' '^ec_'
expect 'pass: ' 'const int eventcore_plugin_v1 = 1;' '^eventcore_plugin_v1$' 1
expect 'refused: ' 'int ec_one; void stray(void) {}' '^ec_'
expect 'stray' 'int ec_one; void stray(void) {}' '^ec_'
expect 'exports 2 symbols, expected 1' 'int ec_one, ec_two;' '^ec_' 1
expect 'exports nothing' 'static int x; __attribute__((visibility("hidden"))) int* f(void) { return &x; }' '^ec_'
expect 'refused: ' 'const int eventcore_plugin_v1 = 1; const int eventcore_plugin_v10 = 1;' '^eventcore_plugin_v1$' 1
