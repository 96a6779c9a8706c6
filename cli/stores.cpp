#include "ndjson.hpp"
#include "stores.hpp"

#include <utility>

namespace cli {

namespace {

const std::string& given(const std::string& config) {
  if (config.empty())
    throw Failure(wrong_usage, "which store? Give --config FILE or set EVENTCORE_CONFIG, e.g. to config/rocksdb.yaml");
  return config;
}

}  // namespace

ec::Store open_to_write(const std::string& config, const std::stop_token& stop) {
  return take(ec::Store::open(given(config), {.stop = stop}));
}

ec::Store open_to_look(const std::string& config, const std::stop_token& stop) {
  return take(ec::Store::open_read_only(given(config), {.stop = stop}));
}

ec_info info_of(ec::Store& store) { return take(store.info()); }

ec::Position position_of(const std::string& text) {
  if (text.empty()) return {};
  const auto position = read_position(text);
  if (!position) throw Failure(wrong_usage, "--after '" + text + "': a position as 17 or 3.17 is needed");
  return *position;
}

std::uint64_t count_to(const ec_info& info, ec::Position head) {
  return (info.capabilities & EC_CAP_DENSE_POSITIONS) != 0 ? head.lo : 0;
}

const ec_event* Events::next() {
  if (at_ == end_) {
    if (!cursor_.next()) {
      if (cursor_.error()) throw failure(*cursor_.error());
      return nullptr;
    }
    at_ = cursor_.batch().begin();
    end_ = cursor_.batch().end();
  }
  const ec_event& event = (*at_).raw();
  ++at_;
  return &event;
}

}  // namespace cli
