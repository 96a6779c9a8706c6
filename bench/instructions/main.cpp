// bench_instructions: the hot paths, each a fixed number of times on a store in memory, for bench/instructions/check to
// count under callgrind. Says what it was built by and runs on, as both are in the counts.
#include "count.hpp"

#include <gnu/libc-version.h>

int main() {
#ifdef __clang__
  std::printf("compiler: clang %s\n", __clang_version__);
#else
  std::printf("compiler: g++ %s\n", __VERSION__);
#endif
  std::printf("library: glibc %s\n", gnu_get_libc_version());
  for (const auto count : {bench::count_commands, bench::count_events, bench::count_codec})
    if (const auto counted = count(); !counted) {
      std::fprintf(stderr, "bench_instructions: %s\n", counted.error().message.c_str());
      return 1;
    }
  return 0;
}
