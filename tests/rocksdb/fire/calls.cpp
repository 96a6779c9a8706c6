#include "calls.hpp"

namespace ec::rocks::test {

namespace {

constexpr std::string_view payload = "a payload that is too long for a small string";
const ec_str streams[] = {EC_LIT("a"), EC_LIT("b")};
constexpr std::size_t pair = 2;

struct Events {
  Events() {
    for (ec_new_event& each : events) {
      each.type = EC_LIT("happened");
      each.payload = detail::bytes(payload);
    }
    events[1].stream_index = 1;
  }
  ec_new_event events[pair]{};
};

ec_status drain(Store& store, ec_status status, ec_cursor* cursor, std::uint64_t& count) {
  count = 0;
  ec_error error = EC_ERROR_INIT;
  ec_batch batch{};
  batch.struct_size = sizeof batch;
  while (status == EC_OK && (batch.flags & EC_BATCH_END) == 0) {
    status = ec_store_next(store.raw(), cursor, nullptr, &batch, &error);
    if (status == EC_OK) count += batch.count;
  }
  ec_store_close_cursor(store.raw(), cursor);
  return status;
}

}  // namespace

ec_status append_pair(Store& store, const Uuid& commit_id, bool* repeated) {
  const Events written;
  const ec_expect expects[pair]{{streams[0], 0, EC_EXPECT_ANY, 0}, {streams[1], 0, EC_EXPECT_ANY, 0}};
  const ec_append request{sizeof request, 0,    commit_id.value,     expects, pair, sizeof(ec_expect),
                          written.events, pair, sizeof(ec_new_event)};
  ec_error error = EC_ERROR_INIT;
  std::uint64_t versions[pair]{};
  ec_outcome outcome{sizeof outcome, EC_OK, 0, 0, {}, {}, versions, &error};
  const ec_status status = ec_store_append(store.raw(), &request, nullptr, &outcome, &error);
  if (repeated != nullptr) *repeated = (outcome.flags & EC_OUTCOME_REPEATED) != 0;
  return status;
}

ec_status execute_pair(Store& store, const Uuid& commit_id, bool* repeated) {
  struct Context {
    Events written;
    bool repeated = false;
  } context;
  const ec_command command{sizeof command,
                           0,
                           &context,
                           [](void*, const ec_str** ids, std::size_t* count, ec_error*) -> ec_status {
                             *ids = streams;
                             *count = pair;
                             return EC_OK;
                           },
                           nullptr,
                           [](void*, const ec_event*, ec_error*) -> ec_status { return EC_OK; },
                           [](void* self, ec_decision* decision, ec_error*) -> ec_status {
                             decision->events = static_cast<Context*>(self)->written.events;
                             decision->count = pair;
                             decision->stride = sizeof(ec_new_event);
                             return EC_OK;
                           },
                           [](void* self, const ec_commit* commit) {
                             static_cast<Context*>(self)->repeated = (commit->flags & EC_OUTCOME_REPEATED) != 0;
                           },
                           nullptr};
  ec_execute_options options{};
  options.struct_size = sizeof options;
  options.commit_id = commit_id.value;
  ec_error error = EC_ERROR_INIT;
  const ec_status status = ec_store_execute(store.raw(), &command, &options, nullptr, &error);
  if (repeated != nullptr) *repeated = context.repeated;
  return status;
}

ec_status look_up(Store& store, const Uuid& commit_id) {
  const ec_append request{
      sizeof request,      EC_APPEND_LOOKUP, commit_id.value, nullptr, 0, sizeof(ec_expect), nullptr, 0,
      sizeof(ec_new_event)};
  ec_error error = EC_ERROR_INIT;
  ec_outcome outcome{sizeof outcome, EC_OK, 0, 0, {}, {}, nullptr, &error};
  return ec_store_append(store.raw(), &request, nullptr, &outcome, &error);
}

ec_status read_pair(Store& store, std::uint64_t& count) {
  const ec_stream_from from[pair]{{streams[0], 0}, {streams[1], 0}};
  const ec_read request{sizeof request, 0, from, pair, sizeof(ec_stream_from), 0};
  ec_error error = EC_ERROR_INIT;
  ec_cursor* cursor = nullptr;
  const ec_status status = ec_store_read(store.raw(), &request, nullptr, &cursor, &error);
  return drain(store, status, cursor, count);
}

ec_status read_all(Store& store, std::uint64_t& count) {
  ec_read_all request{};
  request.struct_size = sizeof request;
  ec_error error = EC_ERROR_INIT;
  ec_cursor* cursor = nullptr;
  const ec_status status = ec_store_read_all(store.raw(), &request, nullptr, &cursor, &error);
  return drain(store, status, cursor, count);
}

ec_status list_streams(Store& store, std::uint64_t& count) {
  count = 0;
  ec_list request{};
  request.struct_size = sizeof request;
  ec_error error = EC_ERROR_INIT;
  ec_stream_cursor* cursor = nullptr;
  ec_status status = ec_store_list_streams(store.raw(), &request, nullptr, &cursor, &error);
  ec_stream_batch batch{};
  batch.struct_size = sizeof batch;
  while (status == EC_OK && (batch.flags & EC_BATCH_END) == 0) {
    status = ec_store_next_streams(store.raw(), cursor, nullptr, &batch, &error);
    if (status == EC_OK) count += batch.count;
  }
  ec_store_close_stream_cursor(store.raw(), cursor);
  return status;
}

}  // namespace ec::rocks::test
