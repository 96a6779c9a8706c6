#include "log.hpp"

#include <eventcore/abi/eventcore.h>
#include <eventcore/plugin/strided.hpp>

#include <cstdio>
#include <mutex>

namespace ec::core {

namespace {

void to_stderr(void*, int level, ec_str message) {
  if (level < EC_LOG_WARNING) return;
  std::fprintf(stderr, "eventcore: %s: %.*s\n", level == EC_LOG_WARNING ? "warning" : "error",
               static_cast<int>(message.size), message.data);
}

struct Sink {
  std::mutex mutex;
  void (*log)(void*, int, ec_str) = to_stderr;
  void* ctx = nullptr;
};
// Leaks on purpose: a plugin's thread may log while the process ends.
Sink& sink() {
  static Sink& instance = *new Sink;
  return instance;
}

}  // namespace

void log(int level, std::string_view message) {
  Sink& to = sink();
  void (*write)(void*, int, ec_str) = nullptr;
  void* ctx = nullptr;
  {
    const std::scoped_lock lock(to.mutex);
    write = to.log;
    ctx = to.ctx;
  }
  if (write != nullptr) write(ctx, level, plugin::str(message));
}

// A plugin's thread gets no exception of ours.
void PluginHost::take_line(void* ctx, int level, ec_str message) {
  try {
    log(level, static_cast<const PluginHost*>(ctx)->secrets_.redact(plugin::view(message)));
  } catch (...) {
    log(EC_LOG_ERROR, "out of memory for a log line");
  }
}

}  // namespace ec::core

extern "C" void ec_set_log(void (*log)(void* ctx, int level, ec_str message), void* ctx) {
  ec::core::Sink& to = ec::core::sink();
  const std::scoped_lock lock(to.mutex);
  to.log = log;
  to.ctx = ctx;
}
