#!/bin/sh
# check_exports.sh LIBRARY REGEX [COUNT]: every symbol that LIBRARY exports matches REGEX, there is at least one, and
# exactly COUNT where that is given.
set -eu
symbols=$(nm --dynamic --defined-only --extern-only "$1" | awk '{print $NF}' | sed 's/@.*//' | sort -u)
[ -n "$symbols" ] || { echo "$1 exports nothing"; exit 1; }
if foreign=$(printf '%s\n' "$symbols" | grep -Ev "$2"); then
  printf '%s exports what it should not:\n%s\n' "$1" "$foreign"
  exit 1
fi
count=$(printf '%s\n' "$symbols" | wc -l)
if [ "${3:-$count}" != "$count" ]; then
  printf '%s exports %s symbols, expected %s:\n%s\n' "$1" "$count" "$3" "$symbols"
  exit 1
fi
printf '%s exports %s symbols, all of them meant to be\n' "$1" "$count"
