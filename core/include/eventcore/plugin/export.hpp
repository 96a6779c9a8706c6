// From a C++ class to the plugin's C tables. The class has the functions below; which extension tables exist follows
// from which functions it has. Any of them may throw a Failure (or anything else): nothing leaves the plugin but a
// status.
//
//   class Mine {
//    public:
//     static std::unique_ptr<Mine> open(const ec::plugin::Settings&, const ec::plugin::Host&, const ec::plugin::Call&);
//     void info(ec_info&) const;
//     void append(ec::plugin::Appends, const ec::plugin::Call&);
//     std::unique_ptr<ec::plugin::EventCursor> read(const ec_read&, const ec::plugin::Call&);
//     std::unique_ptr<ec::plugin::EventCursor> read_all(const ec_read_all&, const ec::plugin::Call&);
//     ec_position head(const ec::plugin::Call&);
//     std::unique_ptr<ec::plugin::StreamCursor> list_streams(const ec_list&, const ec::plugin::Call&);
//   };
//   constexpr ec_option options[] = {{ec::plugin::literal("path"), EC_OPTION_PATH, EC_OPTION_REQUIRED, {}, {}, 0, 0,
//                                     ec::plugin::literal("where it is")}};
//   EVENTCORE_PLUGIN(Mine, "mine", "1.0", "keeps events somewhere", options)
#pragma once

#include <eventcore/abi/extensions.h>
#include <eventcore/abi/plugin.h>
#include <eventcore/plugin/append.hpp>
#include <eventcore/plugin/call.hpp>
#include <eventcore/plugin/failure.hpp>
#include <eventcore/plugin/settings.hpp>
#include <eventcore/plugin/sized.hpp>
#include <eventcore/plugin/strided.hpp>

#include <concepts>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string_view>

namespace ec::plugin {

// The core's services; may be used for as long as the backend is open, from any thread.
class Host {
 public:
  explicit Host(const ec_host* host) : host_(host) {}
  void log(int level, std::string_view message) const {
    if (host_ != nullptr && host_->log != nullptr) host_->log(host_->ctx, level, str(message));
  }

 private:
  const ec_host* host_;
};

// The appends of one call and their outcomes, side by side.
class Appends {
 public:
  Appends(const ec_append* appends, std::size_t append_stride, ec_outcome* outcomes, std::size_t outcome_stride,
          std::size_t count)
      : appends_(appends, count, append_stride), outcomes_(outcomes, count, outcome_stride) {}

  std::size_t size() const { return appends_.size(); }
  const ec_append& request(std::size_t index) const { return appends_[index]; }
  ec_outcome& outcome(std::size_t index) const { return outcomes_[index]; }

 private:
  Strided<const ec_append> appends_;
  Strided<ec_outcome> outcomes_;
};

// What read and read_all give: fills a batch a call (events, count, stride, flags, head, through; zeroed before).
class EventCursor {
 public:
  EventCursor() = default;
  EventCursor(const EventCursor&) = delete;
  EventCursor& operator=(const EventCursor&) = delete;
  virtual ~EventCursor() = default;
  virtual void next(const Call& call, ec_batch& batch) = 0;
};

// What list_streams gives.
class StreamCursor {
 public:
  StreamCursor() = default;
  StreamCursor(const StreamCursor&) = delete;
  StreamCursor& operator=(const StreamCursor&) = delete;
  virtual ~StreamCursor() = default;
  virtual void next(const Call& call, ec_stream_batch& batch) = 0;
};

// A loaded snapshot: its bytes stay where they are until it is destroyed.
struct Blob {
  std::string bytes;
  std::uint64_t etag = 0;
};

template <class B>
concept Store = requires(B& backend, ec_info& info, Appends appends, const ec_read& read, const ec_read_all& read_all,
                         const ec_list& list, const Call& call, const Settings& settings, const Host& host) {
  { B::open(settings, host, call) } -> std::same_as<std::unique_ptr<B>>;
  backend.info(info);
  backend.append(appends, call);
  { backend.read(read, call) } -> std::same_as<std::unique_ptr<EventCursor>>;
  { backend.read_all(read_all, call) } -> std::same_as<std::unique_ptr<EventCursor>>;
  { backend.head(call) } -> std::same_as<ec_position>;
  { backend.list_streams(list, call) } -> std::same_as<std::unique_ptr<StreamCursor>>;
};

template <class B>
concept HasCheckpoints =
    requires(B& backend, std::string_view name, ec_position position, std::uint64_t fence, const Call& call) {
      { backend.load_checkpoint(name, call) } -> std::same_as<ec_position>;  // throws EC_NOT_FOUND when there is none
      backend.save_checkpoint(name, position, fence, call);
      backend.remove_checkpoint(name, fence, call);
    };

template <class B>
concept HasLeases = requires(B& backend, std::string_view name, std::uint64_t number, const Call& call) {
  { backend.acquire_lease(name, name, number, call) } -> std::same_as<std::uint64_t>;  // name, holder, ttl_ms
  backend.renew_lease(name, number, number, call);                                     // name, fence, ttl_ms
  backend.release_lease(name, number, call);                                           // name, fence
};

template <class B>
concept HasSnapshots = requires(B& backend, std::string_view text, std::uint64_t etag, const Call& call) {
  {
    backend.load_snapshot(text, call)
  } -> std::same_as<std::unique_ptr<Blob>>;  // throws EC_NOT_FOUND when there is none
  { backend.save_snapshot(text, text, etag, call) } -> std::same_as<std::uint64_t>;  // name, bytes, expected etag
  backend.remove_snapshot(text, etag, call);
};

// Beside the snapshots; see read_on. The blob is null when there is none.
struct SnapshotRead {
  std::unique_ptr<Blob> blob;
  std::unique_ptr<EventCursor> cursor;
};
template <class B>
concept ReadsOnFromSnapshots = requires(B& backend, std::string_view name, const ec_read& read, const Call& call) {
  { backend.read_on(name, read, call) } -> std::same_as<SnapshotRead>;
};

template <class B>
concept HasNotify = requires(B& backend, ec_position after, const Call& call) {
  { backend.wait(after, call) } -> std::same_as<ec_position>;
  backend.interrupt();
};

// The C functions over class B.
template <Store B>
struct Tables {
  static B& self(ec_backend* backend) { return *reinterpret_cast<B*>(backend); }
  static EventCursor& self(ec_cursor* cursor) { return *reinterpret_cast<EventCursor*>(cursor); }
  static StreamCursor& self(ec_stream_cursor* cursor) { return *reinterpret_cast<StreamCursor*>(cursor); }

  static ec_status open(const ec_setting* settings, std::size_t count, std::size_t stride, const ec_host* host,
                        const ec_call* call, ec_backend** backend, ec_error* error) {
    return guard(error, [&] {
      *backend =
          reinterpret_cast<ec_backend*>(B::open(Settings(settings, count, stride), Host(host), Call(call)).release());
    });
  }
  static void close(ec_backend* backend) { delete &self(backend); }
  static ec_status info(ec_backend* backend, ec_info* info, ec_error* error) {
    return guard(error, [&] {
      ec_info own{};
      own.struct_size = sizeof own;
      self(backend).info(own);
      put(*info, own);
    });
  }
  static ec_status append(ec_backend* backend, const ec_append* appends, std::size_t append_stride,
                          ec_outcome* outcomes, std::size_t outcome_stride, std::size_t count, const ec_call* call,
                          ec_error* error) {
    return guard(error, [&] {
      self(backend).append(Appends(appends, append_stride, outcomes, outcome_stride, count), Call(call));
    });
  }
  static ec_status read(ec_backend* backend, const ec_read* request, const ec_call* call, ec_cursor** cursor,
                        ec_error* error) {
    return guard(error,
                 [&] { *cursor = reinterpret_cast<ec_cursor*>(self(backend).read(*request, Call(call)).release()); });
  }
  static ec_status read_all(ec_backend* backend, const ec_read_all* request, const ec_call* call, ec_cursor** cursor,
                            ec_error* error) {
    return guard(
        error, [&] { *cursor = reinterpret_cast<ec_cursor*>(self(backend).read_all(*request, Call(call)).release()); });
  }
  static ec_status next(ec_cursor* cursor, const ec_call* call, ec_batch* batch, ec_error* error) {
    return guard(error, [&] {
      batch->flags = 0;
      batch->events = nullptr;
      batch->count = 0;
      batch->stride = sizeof(ec_event);
      batch->head = {};
      batch->through = {};
      self(cursor).next(Call(call), *batch);
    });
  }
  static void close_cursor(ec_cursor* cursor) { delete &self(cursor); }
  static ec_status head(ec_backend* backend, const ec_call* call, ec_position* head, ec_error* error) {
    return guard(error, [&] { *head = self(backend).head(Call(call)); });
  }
  static ec_status list_streams(ec_backend* backend, const ec_list* request, const ec_call* call,
                                ec_stream_cursor** cursor, ec_error* error) {
    return guard(error, [&] {
      *cursor = reinterpret_cast<ec_stream_cursor*>(self(backend).list_streams(*request, Call(call)).release());
    });
  }
  static ec_status next_streams(ec_stream_cursor* cursor, const ec_call* call, ec_stream_batch* batch,
                                ec_error* error) {
    return guard(error, [&] {
      batch->flags = 0;
      batch->streams = nullptr;
      batch->count = 0;
      batch->stride = sizeof(ec_stream_info);
      self(cursor).next(Call(call), *batch);
    });
  }
  static void close_stream_cursor(ec_stream_cursor* cursor) { delete &self(cursor); }

  static ec_status load_checkpoint(ec_backend* backend, ec_str name, const ec_call* call, ec_position* position,
                                   ec_error* error) {
    return guard(error, [&] { *position = self(backend).load_checkpoint(view(name), Call(call)); });
  }
  static ec_status save_checkpoint(ec_backend* backend, ec_str name, ec_position position, std::uint64_t fence,
                                   const ec_call* call, ec_error* error) {
    return guard(error, [&] { self(backend).save_checkpoint(view(name), position, fence, Call(call)); });
  }
  static ec_status remove_checkpoint(ec_backend* backend, ec_str name, std::uint64_t fence, const ec_call* call,
                                     ec_error* error) {
    return guard(error, [&] { self(backend).remove_checkpoint(view(name), fence, Call(call)); });
  }

  static ec_status acquire_lease(ec_backend* backend, ec_str name, ec_str holder, std::uint64_t ttl_ms,
                                 const ec_call* call, std::uint64_t* fence, ec_error* error) {
    return guard(error, [&] { *fence = self(backend).acquire_lease(view(name), view(holder), ttl_ms, Call(call)); });
  }
  static ec_status renew_lease(ec_backend* backend, ec_str name, std::uint64_t fence, std::uint64_t ttl_ms,
                               const ec_call* call, ec_error* error) {
    return guard(error, [&] { self(backend).renew_lease(view(name), fence, ttl_ms, Call(call)); });
  }
  static ec_status release_lease(ec_backend* backend, ec_str name, std::uint64_t fence, const ec_call* call,
                                 ec_error* error) {
    return guard(error, [&] { self(backend).release_lease(view(name), fence, Call(call)); });
  }

  static ec_status load_snapshot(ec_backend* backend, ec_str name, const ec_call* call, ec_blob** blob, ec_bytes* out,
                                 std::uint64_t* etag, ec_error* error) {
    return guard(error, [&] {
      Blob* loaded = self(backend).load_snapshot(view(name), Call(call)).release();
      *blob = reinterpret_cast<ec_blob*>(loaded);
      *out = bytes(loaded->bytes);
      *etag = loaded->etag;
    });
  }
  static void release_blob(ec_blob* blob) { delete reinterpret_cast<Blob*>(blob); }
  static ec_status save_snapshot(ec_backend* backend, ec_str name, ec_bytes data, std::uint64_t expected_etag,
                                 const ec_call* call, std::uint64_t* etag, ec_error* error) {
    return guard(error,
                 [&] { *etag = self(backend).save_snapshot(view(name), view(data), expected_etag, Call(call)); });
  }
  static ec_status remove_snapshot(ec_backend* backend, ec_str name, std::uint64_t expected_etag, const ec_call* call,
                                   ec_error* error) {
    return guard(error, [&] { self(backend).remove_snapshot(view(name), expected_etag, Call(call)); });
  }

  static ec_status read_on(ec_backend* backend, ec_str name, const ec_read* request, const ec_call* call,
                           ec_blob** blob, ec_bytes* out, std::uint64_t* etag, ec_cursor** cursor, ec_error* error) {
    return guard(error, [&] {
      SnapshotRead read = self(backend).read_on(view(name), *request, Call(call));
      if (read.blob != nullptr) {
        *out = bytes(read.blob->bytes);
        *etag = read.blob->etag;
      }
      *blob = reinterpret_cast<ec_blob*>(read.blob.release());
      *cursor = reinterpret_cast<ec_cursor*>(read.cursor.release());
    });
  }

  static ec_status wait(ec_backend* backend, ec_position after, const ec_call* call, ec_position* head,
                        ec_error* error) {
    return guard(error, [&] { *head = self(backend).wait(after, Call(call)); });
  }
  static void interrupt(ec_backend* backend) { self(backend).interrupt(); }

  static constexpr decltype(ec_snapshot_api::read_on) read_on_or_null() {
    if constexpr (ReadsOnFromSnapshots<B>)
      return read_on;
    else
      return nullptr;
  }

  static const void* get_extension([[maybe_unused]] ec_backend* backend, const char* id) {
    [[maybe_unused]] const std::string_view wanted(id);
    if constexpr (HasCheckpoints<B>) {
      static constexpr ec_checkpoint_api table{sizeof table, 0, load_checkpoint, save_checkpoint, remove_checkpoint};
      if (wanted == EC_EXT_CHECKPOINT) return &table;
    }
    if constexpr (HasLeases<B>) {
      static constexpr ec_lease_api table{sizeof table, 0, acquire_lease, renew_lease, release_lease};
      if (wanted == EC_EXT_LEASE) return &table;
    }
    if constexpr (HasSnapshots<B>) {
      static constexpr ec_snapshot_api table{
          sizeof table, 0, load_snapshot, release_blob, save_snapshot, remove_snapshot, read_on_or_null()};
      if (wanted == EC_EXT_SNAPSHOT) return &table;
    }
    if constexpr (HasNotify<B>) {
      static constexpr ec_notify_api table{sizeof table, 0, wait, interrupt};
      if (wanted == EC_EXT_NOTIFY) return &table;
    }
    return nullptr;
  }

  static constexpr ec_store_api api{sizeof(ec_store_api),
                                    0,
                                    close,
                                    info,
                                    append,
                                    read,
                                    read_all,
                                    next,
                                    close_cursor,
                                    head,
                                    list_streams,
                                    next_streams,
                                    close_stream_cursor,
                                    get_extension};
};

// For compile-time constants.
consteval ec_str literal(std::string_view text) { return {text.data(), text.size()}; }

template <Store B, class Options>
consteval ec_plugin describe(std::string_view name, std::string_view version, std::string_view description,
                             const Options& options) {
  return {EC_PLUGIN_MAGIC,    sizeof(ec_plugin), EC_ABI_MAJOR,         EC_ABI_MINOR,
          literal(name),      literal(version),  literal(description), std::data(options),
          std::size(options), sizeof(ec_option), &Tables<B>::api,      Tables<B>::open};
}

}  // namespace ec::plugin

// Defines the one exported symbol. `options` is an array of ec_option with static storage, constexpr.
#define EVENTCORE_PLUGIN(Backend, name, version, description, options) \
  extern "C" constinit const ec_plugin eventcore_plugin_v1 =           \
      ::ec::plugin::describe<Backend>(name, version, description, options);
