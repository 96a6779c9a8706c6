#include "ndjson.hpp"
#include "stores.hpp"

#include <utility>

namespace cli {

void check_given(const std::string& config) {
  if (config.empty())
    throw Failure(wrong_usage, "which store? Give --config FILE or set EVENTCORE_CONFIG, e.g. to config/rocksdb.yaml");
}

ec::Store open_to_write(const std::string& config, const std::stop_token& stop) {
  check_given(config);
  return take(ec::Store::open(config, {.stop = stop}));
}

ec::Store open_to_look(const std::string& config, const std::stop_token& stop) {
  check_given(config);
  return take(ec::Store::open_read_only(config, {.stop = stop}));
}

ec_info info_of(ec::Store& store) { return take(store.info()); }

ec::Position position_of(const std::string& text, const char* option) {
  if (text.empty()) return {};
  const auto position = read_position(text);
  if (!position) throw Failure(wrong_usage, option + (" '" + text) + "': a position as 17 or 3.17 is needed");
  return *position;
}

std::uint64_t count_to(const ec_info& info, ec::Position head) {
  return (info.capabilities & EC_CAP_DENSE_POSITIONS) != 0 ? head.lo : 0;
}

std::vector<FoundCommit> look_commits_up(ec::Store& store, const std::vector<ec::Uuid>& ids, const ec::Call& call) {
  std::vector<ec_append> lookups(ids.size());
  std::vector<ec_error> errors(ids.size(), EC_ERROR_INIT);
  std::vector<ec_outcome> outcomes(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    lookups[i] = {sizeof(ec_append),   EC_APPEND_LOOKUP, ids[i].value, nullptr, 0, sizeof(ec_expect), nullptr, 0,
                  sizeof(ec_new_event)};
    outcomes[i] = {sizeof(ec_outcome), EC_OK, 0, 0, {}, {}, nullptr, &errors[i]};
  }
  const ec_call raw = ec::detail::to_raw(call);
  ec_error error = EC_ERROR_INIT;
  const ec_status status = ec_store_append_all(store.raw(), lookups.data(), sizeof(ec_append), outcomes.data(),
                                               sizeof(ec_outcome), ids.size(), &raw, &error);
  if (status != EC_OK) throw failure(ec::detail::to_error(error));
  std::vector<FoundCommit> found;
  for (const ec_outcome& outcome : outcomes) {
    FoundCommit& commit =
        found.emplace_back(ec::Position::from(outcome.first), ec::Position::from(outcome.last), std::nullopt);
    if (outcome.status != EC_OK) commit.problem = outcome.error->message;
  }
  return found;
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
