// An honest store, the memory plugin's. A lie is a class that overrides one of its functions.
#pragma once

#include "store.hpp"

#include <eventcore/plugin/export.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace ec::liar {

class Teller {
 public:
  // As the option `lie` says; empty: an honest one.
  static std::unique_ptr<Teller> open(const plugin::Settings& settings, const plugin::Host& host,
                                      const plugin::Call& call);
  Teller() = default;
  Teller(const Teller&) = delete;
  Teller& operator=(const Teller&) = delete;
  virtual ~Teller() = default;

  virtual void info(ec_info& info) const { store_.info(info); }
  virtual void append(plugin::Appends appends, const plugin::Call& call);
  virtual std::unique_ptr<plugin::EventCursor> read(const ec_read& request, const plugin::Call& call) {
    return store_.read(request, call);
  }
  virtual std::unique_ptr<plugin::EventCursor> read_all(const ec_read_all& request, const plugin::Call& call) {
    return store_.read_all(request, call);
  }
  virtual ec_position head(const plugin::Call& call) { return store_.head(call); }
  virtual std::unique_ptr<plugin::StreamCursor> list_streams(const ec_list& request, const plugin::Call& call) {
    return store_.list_streams(request, call);
  }

  virtual ec_position load_checkpoint(std::string_view name, const plugin::Call& call) {
    return store_.load_checkpoint(name, call);
  }
  virtual void save_checkpoint(std::string_view name, ec_position position, std::uint64_t fence,
                               const plugin::Call& call) {
    store_.save_checkpoint(name, position, fence, call);
  }
  virtual void remove_checkpoint(std::string_view name, std::uint64_t fence, const plugin::Call& call) {
    store_.remove_checkpoint(name, fence, call);
  }
  virtual std::uint64_t acquire_lease(std::string_view name, std::string_view holder, std::uint64_t ttl_ms,
                                      const plugin::Call& call) {
    return store_.acquire_lease(name, holder, ttl_ms, call);
  }
  virtual void renew_lease(std::string_view name, std::uint64_t fence, std::uint64_t ttl_ms, const plugin::Call& call) {
    store_.renew_lease(name, fence, ttl_ms, call);
  }
  virtual void release_lease(std::string_view name, std::uint64_t fence, const plugin::Call& call) {
    store_.release_lease(name, fence, call);
  }
  virtual std::unique_ptr<plugin::Blob> load_snapshot(std::string_view name, const plugin::Call& call) {
    return store_.load_snapshot(name, call);
  }
  virtual std::uint64_t save_snapshot(std::string_view name, std::string_view bytes, std::uint64_t expected_etag,
                                      const plugin::Call& call) {
    return store_.save_snapshot(name, bytes, expected_etag, call);
  }
  virtual void remove_snapshot(std::string_view name, std::uint64_t expected_etag, const plugin::Call& call) {
    store_.remove_snapshot(name, expected_etag, call);
  }

  virtual ec_position wait(ec_position after, const plugin::Call& call) { return store_.wait(after, call); }
  virtual void interrupt() { store_.interrupt(); }

  // Of the stream as it is stored.
  std::uint64_t version_of(ec_str stream);

 protected:
  static constexpr std::uint64_t max_payload = 1024 * 1024;

  // One append of a call; their deadline is looked at before the first one.
  virtual void append_one(const ec_append& request, ec_outcome& outcome);
  // The first expectation that does not hold; expect_count when all do.
  std::size_t first_broken(const ec_append& request);

  memory::MemoryStore store_{max_payload};
};

}  // namespace ec::liar
