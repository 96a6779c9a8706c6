// Lies that need several appends in one call, several threads, or a closed store.
#include "lies.hpp"

#include <eventcore/plugin/append.hpp>

#include <thread>

namespace ec::liar {

namespace {

// Slow enough for others to queue up meanwhile, as they do behind a disk.
void let_a_group_form() {
  for (int i = 0; i < 50; ++i) std::this_thread::yield();
}

// One conflict in it fails the whole group.
class GroupFailsAsAWhole : public Teller {
  void append(plugin::Appends appends, const plugin::Call& call) override {
    call.check();
    let_a_group_form();
    bool broken = false;
    for (std::size_t i = 0; i < appends.size(); ++i)
      broken = broken || first_broken(appends.request(i)) < appends.request(i).expect_count;
    if (!broken || appends.size() == 1) return Teller::append(appends, call);
    for (std::size_t i = 0; i < appends.size(); ++i)
      plugin::fail(appends.outcome(i), EC_CONFLICT, "an append of the group has a conflict");
  }
};

// Checks all of a group before it writes any.
class GroupCheckedFirst : public Teller {
  void append(plugin::Appends appends, const plugin::Call& call) override {
    call.check();
    let_a_group_form();
    std::vector<bool> holds;
    for (std::size_t i = 0; i < appends.size(); ++i)
      holds.push_back(first_broken(appends.request(i)) == appends.request(i).expect_count);
    for (std::size_t i = 0; i < appends.size(); ++i) {
      AppendCopy copy(appends.request(i));
      if (holds[i])
        for (ec_expect& each : copy.expects) each.mode = EC_EXPECT_ANY;
      append_one(copy.raw(), appends.outcome(i));
    }
  }
};

// Says that the deadline passed when it had written already.
class TimeoutAfterWriting : public Teller {
  void append(plugin::Appends appends, const plugin::Call& call) override {
    call.check();
    constexpr std::uint64_t soon_ns = 1'000'000'000;
    if (call.deadline_ns() == 0 || call.deadline_ns() > plugin::monotonic_ns() + soon_ns)
      return Teller::append(appends, call);
    for (std::size_t i = 0; i < appends.size(); ++i) {
      ec_error error = EC_ERROR_INIT;
      ec_outcome untold{sizeof untold, EC_OK, 0, 0, {}, {}, nullptr, &error};
      append_one(appends.request(i), untold);
    }
    throw plugin::Failure(EC_TIMEOUT, "the deadline passed");
  }
};

// Writes event by event, and readers look on.
class TornAppend : public Teller {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    const bool broken = first_broken(request) < request.expect_count;
    if (plugin::is_lookup(request) || request.event_count < 2 || broken) return Teller::append_one(request, outcome);
    AppendCopy copy(request);
    const std::vector<ec_new_event> events = copy.events;
    for (ec_expect& each : copy.expects) each.mode = EC_EXPECT_ANY;
    ec_position first{};
    for (const ec_new_event& each : events) {
      copy.events = {each};
      Teller::append_one(copy.raw(), outcome);
      copy.given.commit_id = {};
      if (first.lo == 0) first = outcome.first;
      std::this_thread::yield();
    }
    outcome.first = first;
  }
};

class ForgetsOnClosing : public Teller {
  void info(ec_info& info) const override {
    Teller::info(info);
    info.capabilities |= EC_CAP_PERSISTENT;
  }
};

// Says that its appends survive the process.
class ForgetsWhenKilled : public Teller {
  void info(ec_info& info) const override {
    Teller::info(info);
    info.capabilities |= EC_CAP_PERSISTENT | EC_CAP_DURABLE;
  }
};

class AnotherStoreEachTime : public Teller {
  void info(ec_info& info) const override {
    Teller::info(info);
    info.store_id = plugin::make_store_id();
  }
};

constexpr Lie lies[] = {
    {"group_fails_as_a_whole", make<GroupFailsAsAWhole>},    {"group_checked_first", make<GroupCheckedFirst>},
    {"timeout_after_writing", make<TimeoutAfterWriting>},    {"torn_append", make<TornAppend>},
    {"forgets_on_closing", make<ForgetsOnClosing>},          {"forgets_when_killed", make<ForgetsWhenKilled>},
    {"another_store_each_time", make<AnotherStoreEachTime>},
};

}  // namespace

std::span<const Lie> group_lies() { return lies; }

}  // namespace ec::liar
