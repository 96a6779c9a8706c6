// leak_check LIBRARY [leak]: up to GCC 13, a thread-local of a library that was loaded at run time, lying 16 bytes behind
// the begin of a page, is taken for one of an old C library, and the leak check at the end of the process crashes
// ("Tracer caught signal 11"). Tests of plugins met that by chance; intercept_tls_get_addr=0 (CMakePresets.json) ends it.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>

namespace {

constexpr std::uintptr_t page = 4096;
constexpr std::size_t size = 24;

void* keep_allocated = nullptr;

// The block that malloc gives next is the one at the begin of a page.
bool next_block_begins_a_page() {
  std::uintptr_t last = 0;
  for (int i = 0; i < 4096; ++i) {
    void** block = static_cast<void**>(std::malloc(size));
    *block = keep_allocated;
    keep_allocated = block;
    const auto place = reinterpret_cast<std::uintptr_t>(block);
    const auto step = place - last;
    if (last != 0 && step < page && (place + step) % page == 16) return true;
    last = place;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  void* library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : nullptr;
  const auto touch = library != nullptr ? reinterpret_cast<char* (*)()>(dlsym(library, "library_bytes")) : nullptr;
  if (touch == nullptr) {
    std::fprintf(stderr, "usage: leak_check LIBRARY [leak]\n");
    return 2;
  }
  if (!next_block_begins_a_page()) {
    std::fprintf(stderr, "no block of %zu bytes begins a page\n", size);
    return 2;
  }
  const auto place = reinterpret_cast<std::uintptr_t>(touch()) % page;
  if (place != 16) {
    std::fprintf(stderr, "the thread-local lies at %zu of its page\n", static_cast<std::size_t>(place));
    return 2;
  }
  if (argc > 2) keep_allocated = nullptr;
  return 0;
}
