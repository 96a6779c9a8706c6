// Lies about appends that are sent again.
#include "lies.hpp"

#include <eventcore/plugin/append.hpp>

#include <set>
#include <string>
#include <utility>

namespace ec::liar {

namespace {

class CommitIdIgnored : public Teller {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    if (plugin::is_lookup(request)) return Teller::append_one(request, outcome);
    AppendCopy copy(request);
    copy.given.commit_id = {};
    Teller::append_one(copy.raw(), outcome);
  }
};

// Whatever the append holds, its id is enough.
class OtherContentAccepted : public Teller {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    ec_error aside = EC_ERROR_INIT;
    ec_error* const told = std::exchange(outcome.error, &aside);
    Teller::append_one(request, outcome);
    ec_append lookup = request;
    lookup.flags = EC_APPEND_LOOKUP;
    const bool other_content = outcome.status == EC_DUPLICATE;
    if (other_content) Teller::append_one(lookup, outcome);
    outcome.error = told;
    if (outcome.status != EC_OK) *told = aside;
    if (!other_content) return;
    for (std::size_t i = 0; i < request.expect_count && outcome.versions != nullptr; ++i)
      outcome.versions[i] = version_of(plugin::expects_of(request)[i].stream);
  }
};

class RepeatTellsPresentVersions : public Teller {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    Teller::append_one(request, outcome);
    if (outcome.status != EC_OK || (outcome.flags & EC_OUTCOME_REPEATED) == 0 || outcome.versions == nullptr) return;
    if (plugin::is_lookup(request)) return;
    for (std::size_t i = 0; i < request.expect_count; ++i)
      outcome.versions[i] = version_of(plugin::expects_of(request)[i].stream);
  }
};

class ExpectationsBeforeTheCommitId : public Teller {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    const std::size_t broken = plugin::is_lookup(request) ? request.expect_count : first_broken(request);
    if (broken == request.expect_count) return Teller::append_one(request, outcome);
    plugin::conflict(outcome, request, broken, version_of(plugin::expects_of(request)[broken].stream));
  }
};

// An append that was refused has used its id up.
class RefusedTakesTheId : public Teller {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    const std::string id(plugin::view(request.commit_id));
    if (!plugin::is_lookup(request) && taken_.contains(id)) return plugin::duplicate(outcome);
    Teller::append_one(request, outcome);
    if (outcome.status == EC_CONFLICT && !plugin::is_zero(request.commit_id)) taken_.insert(id);
  }
  std::set<std::string> taken_;
};

class LookupFindsNothing : public Teller {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    if (plugin::is_lookup(request)) return plugin::commit_not_found(outcome);
    Teller::append_one(request, outcome);
  }
};

class EventsWithoutTheirCommitId : public Teller {
  std::unique_ptr<plugin::EventCursor> read_all(const ec_read_all& request, const plugin::Call& call) override {
    return edited(store_.read_all(request, call), [](std::vector<ec_event>& events, ec_batch&) {
      for (ec_event& each : events) each.commit_id = {};
    });
  }
};

constexpr Lie lies[] = {
    {"commit_id_ignored", make<CommitIdIgnored>},
    {"other_content_accepted", make<OtherContentAccepted>},
    {"repeat_tells_present_versions", make<RepeatTellsPresentVersions>},
    {"expectations_before_the_commit_id", make<ExpectationsBeforeTheCommitId>},
    {"refused_takes_the_commit_id", make<RefusedTakesTheId>},
    {"lookup_finds_nothing", make<LookupFindsNothing>},
    {"events_without_their_commit_id", make<EventsWithoutTheirCommitId>},
};

}  // namespace

std::span<const Lie> commit_id_lies() { return lies; }

}  // namespace ec::liar
