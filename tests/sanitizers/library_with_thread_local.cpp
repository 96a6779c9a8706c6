// As a plugin may have: it lies where malloc puts it, when a thread first comes to it.
namespace {
thread_local char bytes[24];
}

extern "C" __attribute__((visibility("default"))) char* library_bytes() { return bytes; }
