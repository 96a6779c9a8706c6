#include "complete_ids.hpp"
#include "config.hpp"
#include "loader.hpp"
#include "log.hpp"
#include "names.hpp"
#include "options.hpp"
#include "requests.hpp"
#include "store.hpp"
#include "uuid.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace ec::core {

namespace {

// A plugin's promise about sizes is kept within what the core can work with.
GroupCommit::Limits limits_of(const Config& config, const ec_info& info) {
  const std::uint64_t plugin_says = std::max<std::uint64_t>(info.max_appends_per_call, 1);
  return {static_cast<std::size_t>(std::min<std::uint64_t>(config.group_commit.max_appends, plugin_says)),
          config.group_commit.max_bytes};
}

// A struct that the host made for an answer: nothing is written into one that has no room for it.
template <class T>
void check_made(const T& answer, const char* what) {
  check_size(answer.struct_size, first_size<T>, what);
}

std::uint32_t flags_of(const ec_open_options* options) {
  if (options == nullptr) return 0;
  check_size(options->struct_size, first_size<ec_open_options>, "ec_open_options");
  check_flags(options->flags, EC_OPEN_READ_ONLY, "ec_open_options");
  return options->flags;
}

ec_store* open(const Config& given, const ec_call* call, bool read_only = false) {
  const ec_plugin& plugin = load_plugin(given);
  const Config config = read_only ? made_read_only(given, plugin) : given;
  const OpenSettings settings = check_options(config, plugin);
  const auto host = std::make_shared<const PluginHost>(settings.secrets());
  ec_backend* backend = nullptr;
  ec_error error = EC_ERROR_INIT;
  // What the plugin throws, which it must not, is an error like any other: it ends here and shows no secret.
  const auto check = [&](ec_status status) {
    if (status == EC_OK) return;
    settings.secrets().redact(error);
    throw plugin::Failure(status, error.message, error.native_code, (error.flags & EC_ERROR_RETRYABLE) != 0);
  };
  check(guard_status(&error, [&] {
    return plugin.open(settings.data(), settings.size(), sizeof(ec_setting), &host->table(), call, &backend, &error);
  }));
  if (backend == nullptr)
    throw plugin::Failure(EC_INTERNAL, "plugin '" + config.plugin + "' opened nothing and gave no error");
  try {
    ec_info info{};
    info.struct_size = sizeof info;
    check(guard_status(&error, [&] { return plugin.api->info(backend, &info, &error); }));
    return new ec_store(plugin, host, backend, info, limits_of(config, info));
  } catch (...) {
    plugin.api->close(backend);
    throw;
  }
}

}  // namespace

}  // namespace ec::core

using ec::core::checked;
using ec::core::guard_call;

extern "C" {

const char* ec_version(void) { return EVENTCORE_VERSION; }

void ec_uuid_make(ec_uuid* uuid) { *uuid = ec::core::make_uuid(); }

ec_status ec_stream_id_check(ec_str id, ec_error* error) {
  return ec::plugin::guard(error, [&] { ec::core::check_stream_id(checked(id, "stream id")); });
}

int ec_utf8_check(ec_str text) {
  if (text.data == nullptr) return text.size == 0 ? 1 : 0;
  return ec::core::is_utf8(ec::plugin::view(text)) ? 1 : 0;
}

const char* ec_status_name(ec_status status) {
  static constexpr const char* names[] = {"OK",        "INTERNAL",  "INVALID",   "CONFIG", "UNSUPPORTED", "CONFLICT",
                                          "REJECTED",  "DUPLICATE", "NOT_FOUND", "FENCED", "UNAVAILABLE", "TIMEOUT",
                                          "CANCELLED", "CORRUPT",   "NO_MEMORY", "LIMIT",  "READ_ONLY",   "IN_DOUBT"};
  return status >= 0 && static_cast<std::size_t>(status) < std::size(names) ? names[status] : "UNKNOWN";
}

ec_status ec_store_open(const char* path, const ec_call* call, ec_store** store, ec_error* error) {
  return ec::plugin::guard(error, [&] { *store = ec::core::open(ec::core::read_config_file(path), call); });
}

ec_status ec_store_open_with(const char* path, const ec_open_options* options, const ec_call* call, ec_store** store,
                             ec_error* error) {
  return ec::plugin::guard(error, [&] {
    const std::uint32_t flags = ec::core::flags_of(options);
    *store = ec::core::open(ec::core::read_config_file(path), call, (flags & EC_OPEN_READ_ONLY) != 0);
  });
}

ec_status ec_store_open_text(ec_str yaml, ec_str name, const ec_call* call, ec_store** store, ec_error* error) {
  return ec::plugin::guard(error, [&] {
    *store = ec::core::open(
        ec::core::parse_config(checked(yaml, "configuration"), std::string(checked(name, "name of the configuration"))),
        call);
  });
}

void ec_store_close(ec_store* store) { delete store; }

ec_status ec_store_info(ec_store* store, ec_info* info, ec_error* error) {
  return guard_call(store, error, [&] {
    ec::core::check_made(*info, "ec_info");
    return store->api.info(store->backend, info, error);
  });
}

const ec_plugin* ec_store_plugin(const ec_store* store) { return &store->plugin; }

ec_status ec_store_append(ec_store* store, const ec_append* append, const ec_call* call, ec_outcome* outcome,
                          ec_error* error) {
  if (const ec_status small = ec::plugin::guard(error, [&] { ec::core::check_made(*outcome, "ec_outcome"); }))
    return small;
  ec_error own = EC_ERROR_INIT;
  ec_error* const told = error != nullptr ? error : outcome->error;
  outcome->error = told != nullptr ? told : &own;
  const ec_status status = guard_call(store, outcome->error, [&] {
    ec::core::check_append(*append, store->info);
    const ec::core::CompleteIds complete(*append);
    return store->group_commit.append(complete.get(), ec::plugin::Call(call), *outcome);
  });
  outcome->status = status;
  outcome->error = told;
  return status;
}

ec_status ec_store_read(ec_store* store, const ec_read* request, const ec_call* call, ec_cursor** cursor,
                        ec_error* error) {
  return guard_call(store, error, [&] {
    ec::core::check_read(*request);
    return store->api.read(store->backend, request, call, cursor, error);
  });
}

ec_status ec_store_read_all(ec_store* store, const ec_read_all* request, const ec_call* call, ec_cursor** cursor,
                            ec_error* error) {
  return guard_call(store, error, [&] {
    ec::core::check_read_all(*request);
    return store->api.read_all(store->backend, request, call, cursor, error);
  });
}

ec_status ec_store_next(ec_store* store, ec_cursor* cursor, const ec_call* call, ec_batch* batch, ec_error* error) {
  return guard_call(store, error, [&] {
    ec::core::check_made(*batch, "ec_batch");
    return store->api.next(cursor, call, batch, error);
  });
}

void ec_store_close_cursor(ec_store* store, ec_cursor* cursor) {
  if (cursor != nullptr) store->api.close_cursor(cursor);
}

ec_status ec_store_head(ec_store* store, const ec_call* call, ec_position* head, ec_error* error) {
  return guard_call(store, error, [&] { return store->api.head(store->backend, call, head, error); });
}

ec_status ec_store_list_streams(ec_store* store, const ec_list* request, const ec_call* call, ec_stream_cursor** cursor,
                                ec_error* error) {
  return guard_call(store, error, [&] {
    ec::core::check_list(*request);
    return store->api.list_streams(store->backend, request, call, cursor, error);
  });
}

ec_status ec_store_next_streams(ec_store* store, ec_stream_cursor* cursor, const ec_call* call, ec_stream_batch* batch,
                                ec_error* error) {
  return guard_call(store, error, [&] {
    ec::core::check_made(*batch, "ec_stream_batch");
    return store->api.next_streams(cursor, call, batch, error);
  });
}

void ec_store_close_stream_cursor(ec_store* store, ec_stream_cursor* cursor) {
  if (cursor != nullptr) store->api.close_stream_cursor(cursor);
}

}  // extern "C"
