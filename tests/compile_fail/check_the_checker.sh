#!/bin/sh
# check_the_checker.sh INCLUDE_DIR COMPILER: check.sh lets a good case pass and refuses each kind of bad one.
set -eu
check=$(dirname "$0")/check.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

expect() { # expect pass|WORDS "source": what check.sh says of it
  printf '%s\n' "$2" >"$folder/case.cpp"
  if said=$("$check" "$include" "$folder/case.cpp" "$compiler"); then verdict=pass; else verdict=$said; fi
  case $verdict in
    *"$1"*) ;;
    *) printf 'for\n%s\nexpected: %s\nfound: %s\n' "$2" "$1" "$verdict"; exit 1 ;;
  esac
}
include=$1 compiler=$2

expect pass '// expect: not today
#ifndef GOOD
static_assert(false, "not today");
#endif'
expect 'this must not compile' '// expect: not today
int x;'
expect 'the control does not compile' '// expect: not today
static_assert(false, "not today");'
expect 'first error line: ' '// expect: not today
#ifndef GOOD
static_assert(false, "another time");
static_assert(false, "not today");
#endif'
expect 'has no line' 'int x;'
