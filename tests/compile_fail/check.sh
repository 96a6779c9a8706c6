#!/bin/sh
# check.sh INCLUDE_DIR CASE.cpp COMPILER...: the case compiles with -DGOOD and not without, and the first error line then
# holds the text that stands behind "// expect: " in the case.
set -eu
include=$1 case=$2
shift 2
compile() { LC_ALL=C "$@" -std=c++23 -fsyntax-only -Wall -Wextra -I "$include" "$case" 2>&1; }

expected=$(sed -n 's|^// expect: ||p' "$case")
[ -n "$expected" ] || { echo "$case has no line '// expect: TEXT'"; exit 1; }
if ! output=$(compile "$@" -DGOOD); then
  printf 'the control does not compile: whatever fails without -DGOOD may fail for another reason\n%s\n' "$output"
  exit 1
fi
if output=$(compile "$@"); then
  echo "this must not compile"
  exit 1
fi
first=$(printf '%s\n' "$output" | grep -m 1 'error:') || { printf 'no error line\n%s\n' "$output"; exit 1; }
case $first in
  *"$expected"*) echo "$first" ;;
  *)
    printf 'expected: %s\nfirst error line: %s\nall of it:\n%s\n' "$expected" "$first" "$output"
    exit 1
    ;;
esac
