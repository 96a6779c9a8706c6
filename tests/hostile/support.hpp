// Opening what means harm, as a host does.
#pragma once

#include "../support/log.hpp"
#include "../unit/failure.hpp"
#include "../unit/files.hpp"

#include <eventcore/abi/eventcore.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace ec::hostile {

namespace fs = std::filesystem;
using test::contains;
using test::Environment;
using test::TempFolder;

inline const std::string& memory_plugin() {
  static const std::string& file = *new std::string(EVENTCORE_PLUGIN_DIR "/eventcore_plugin_memory.so");
  return file;
}
inline const std::string& telling_plugin() {
  static const std::string& file = *new std::string(EVENTCORE_TEST_PLUGIN_DIR "/eventcore_plugin_telling.so");
  return file;
}

inline ec_str text(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

inline std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Opened {
  ec_status status = EC_OK;
  std::string message;
};

// Closes what it opened.
template <class Open>
Opened closed(Open&& open) {
  ec_error error = EC_ERROR_INIT;
  ec_store* store = nullptr;
  const ec_status status = open(&store, &error);
  EXPECT_EQ(status == EC_OK, store != nullptr);
  ec_store_close(store);
  return {status, error.message};
}
inline Opened open_file(const std::string& path) {
  return closed([&](ec_store** store, ec_error* error) { return ec_store_open(path.c_str(), nullptr, store, error); });
}
inline Opened open_text(std::string_view yaml) {
  return closed([&](ec_store** store, ec_error* error) {
    return ec_store_open_text(text(yaml), text("/etc/bank.yaml"), nullptr, store, error);
  });
}
inline Opened open_plugin(const std::string& file) { return open_text("plugin: " + file); }

// What is said of a plugin file or a configuration that is refused.
inline std::string refusal(const Opened& opened) {
  EXPECT_EQ(opened.status, EC_CONFIG) << opened.message;
  EXPECT_LT(opened.message.size(), sizeof(ec_error::message)) << "no longer than an error";
  return opened.message;
}

// After all that was tried this process opens an honest store as ever.
inline void expect_alive() { EXPECT_EQ(open_plugin(memory_plugin()).status, EC_OK); }

}  // namespace ec::hostile
