#include "held_store.hpp"
#include "store.hpp"

#include <eventcore/abi/eventcore.h>
#include <eventcore/plugin/export.hpp>

#include <memory>
#include <utility>

namespace ec::test {

Holds& Holds::all() {
  static Holds holds;
  return holds;
}

namespace {

using plugin::Call;
using plugin::literal;

// One event a batch.
class Paged : public plugin::EventCursor {
 public:
  explicit Paged(std::unique_ptr<EventCursor> real, bool is_paged) : real_(std::move(real)), is_paged_(is_paged) {}

  void next(const Call& call, ec_batch& batch) override {
    Holds::all().pass("next", 0, [&] { return call.state() != EC_OK; });
    call.check();
    if (!is_paged_) return real_->next(call, batch);
    if (at_ == page_.count) {
      page_ = batch;
      real_->next(call, page_);
      at_ = 0;
    }
    batch = page_;
    if (page_.count < 2) {
      at_ = page_.count;
      return;
    }
    batch.events = reinterpret_cast<const ec_event*>(reinterpret_cast<const char*>(page_.events) + at_ * page_.stride);
    batch.count = 1;
    if (++at_ < page_.count) batch.flags &= ~EC_BATCH_END;
  }

 private:
  std::unique_ptr<EventCursor> real_;
  const bool is_paged_;
  ec_batch page_{};
  std::size_t at_ = 0;
};

class HeldStore : public memory::MemoryStore {
 public:
  HeldStore(bool is_persistent, bool is_paged)
      : MemoryStore(1024), is_persistent_(is_persistent), is_paged_(is_paged) {}

  static std::unique_ptr<HeldStore> open(const plugin::Settings& settings, const plugin::Host&, const Call&) {
    return std::make_unique<HeldStore>(settings.flag("persistent"), settings.flag("pages"));
  }

  void info(ec_info& info) {
    MemoryStore::info(info);
    info.max_appends_per_call = 128;
    if (is_persistent_) info.capabilities |= EC_CAP_PERSISTENT;
  }
  void append(plugin::Appends appends, const Call& call) {
    if (!Holds::all().pass("append", appends.size(), [&] { return call.state() != EC_OK; }))
      throw plugin::Failure(EC_UNAVAILABLE, "not to be reached");
    call.check();
    if (const auto within = Holds::all().take_within_append()) within();
    MemoryStore::append(appends, call);
    if (Holds::all().take_doubt()) throw plugin::Failure(EC_IN_DOUBT, "the answer was lost");
  }
  std::unique_ptr<plugin::EventCursor> read(const ec_read& request, const Call& call) {
    Holds::all().pass("read", 0, [&] { return call.state() != EC_OK; });
    call.check();
    return std::make_unique<Paged>(MemoryStore::read(request, call), is_paged_);
  }

 private:
  const bool is_persistent_;
  const bool is_paged_;
};

constexpr ec_option options[] = {
    {literal("persistent"), EC_OPTION_BOOL, 0, literal("true"), literal(""), 0, 0, literal("what it says of itself")},
    {literal("pages"), EC_OPTION_BOOL, 0, literal("false"), literal(""), 0, 0, literal("one event a batch")},
};

constexpr ec_plugin held = plugin::describe<HeldStore>("held", "1", "is held when a test wants it", options);
const ec_status registered = ec_plugin_register(&held, nullptr);

}  // namespace

}  // namespace ec::test
