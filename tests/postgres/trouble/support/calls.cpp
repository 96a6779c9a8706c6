#include "calls.hpp"

#include <eventcore/checkpoint.hpp>

namespace ec::postgres::test {

namespace {

template <class Body>
Result<> told(const Call& call, Body&& body) {
  ec_error error = EC_ERROR_INIT;
  const ec_call raw = detail::to_raw(call);
  if (body(&raw, &error) != EC_OK) return std::unexpected(detail::to_error(error));
  return {};
}

template <class T>
Result<> without_value(const Result<T>& result) {
  if (!result) return std::unexpected(result.error());
  return {};
}

Result<> to_the_end(Result<EventCursor> cursor) {
  if (!cursor) return std::unexpected(cursor.error());
  while (cursor->next()) {
  }
  if (cursor->error()) return std::unexpected(*cursor->error());
  return {};
}

Result<> hold_a_lease(Store& store, const Call& call) {
  std::uint64_t fence = 0;
  return told(call, [&](const ec_call* raw, ec_error* error) {
    return ec_store_lease_acquire(store.raw(), detail::str("lease"), detail::str("me"), 60'000, raw, &fence, error);
  });
}

Result<> save_a_snapshot(Store& store, const Call& call) {
  std::uint64_t etag = 0;
  const std::string name = Uuid::make().str();
  return told(call, [&](const ec_call* raw, ec_error* error) {
    return ec_store_snapshot_save(store.raw(), detail::str(name), detail::bytes("state"), 0, raw, &etag, error);
  });
}

}  // namespace

std::string refused(const Result<>& result) {
  return result ? std::string() : std::string(name_of(result.error().code)) + ": " + result.error().message;
}

std::vector<Kind> every_kind_of_call() {
  return {
      {"append", [](Store& store, const Call& call) { return without_value(append(store, "a", {"x"}, {}, call)); }},
      {"read", [](Store& store, const Call& call) { return to_the_end(store.read({{StreamId("a")}}, {}, call)); }},
      {"read_all", [](Store& store, const Call& call) { return to_the_end(store.read_all({}, {}, {}, call)); }},
      {"head", [](Store& store, const Call& call) { return without_value(store.head(call)); }},
      {"list", [](Store& store, const Call& call) { return without_value(store.list_streams({}, {}, 0, call)); }},
      {"checkpoint", [](Store& store, const Call& call) { return save_checkpoint(store, "reader", {}, 0, call); }},
      {"lease", hold_a_lease},
      {"snapshot", save_a_snapshot},
  };
}

}  // namespace ec::postgres::test
