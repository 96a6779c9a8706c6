// Lies about the list of streams.
#include "lies.hpp"

#include <eventcore/plugin/append.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>

namespace ec::liar {

namespace {

class EditsLists : public Teller {
  virtual void edit(std::vector<ec_stream_info>& streams) = 0;
  std::unique_ptr<plugin::StreamCursor> list_streams(const ec_list& request, const plugin::Call& call) override {
    return edited(store_.list_streams(request, call), [this](std::vector<ec_stream_info>& streams) { edit(streams); });
  }
};

class ListMissesOne : public EditsLists {
  void edit(std::vector<ec_stream_info>& streams) override {
    if (streams.size() > 2) streams.erase(streams.begin() + 1);
  }
};

class ListOutOfOrder : public EditsLists {
  void edit(std::vector<ec_stream_info>& streams) override { std::ranges::reverse(streams); }
};

class ListTellsOldVersions : public EditsLists {
  void edit(std::vector<ec_stream_info>& streams) override {
    for (ec_stream_info& each : streams) each.version = std::max<std::uint64_t>(each.version - 1, 1);
  }
};

class ListIgnoresAfter : public Teller {
  std::unique_ptr<plugin::StreamCursor> list_streams(const ec_list& request, const plugin::Call& call) override {
    ec_list from_the_first = request;
    from_the_first.after = {nullptr, 0};
    return store_.list_streams(from_the_first, call);
  }
};

// Gives a whole list from a map of names, so that it can hold what the store does not.
class ListsOfItsOwn : public Teller {
 protected:
  using Versions = std::map<std::string, std::uint64_t>;

  class List final : public plugin::StreamCursor {
   public:
    List(const Versions& versions, const ec_list& request) {
      for (const auto& [name, version] : versions) {
        if (!name.starts_with(plugin::view(request.prefix)) || name <= plugin::view(request.after)) continue;
        if (request.limit == 0 || names_.size() < request.limit) names_.emplace(name, version);
      }
      for (const auto& [name, version] : names_) streams_.push_back({plugin::str(name), version});
    }
    void next(const plugin::Call& call, ec_stream_batch& batch) override {
      call.check();
      batch.flags = EC_BATCH_END;
      batch.streams = streams_.data();
      batch.count = std::exchange(given_, true) ? 0 : streams_.size();
    }

   private:
    Versions names_;
    std::vector<ec_stream_info> streams_;
    bool given_ = false;
  };

  // By what is written now.
  void count(Versions& versions, const ec_append& request) {
    const auto expects = plugin::expects_of(request);
    for (const ec_new_event& each : plugin::events_of(request))
      ++versions[std::string(plugin::view(expects[each.stream_index].stream))];
  }
  std::unique_ptr<plugin::StreamCursor> list_streams(const ec_list& request, const plugin::Call& call) override {
    call.check();
    const std::scoped_lock lock(mutex_);
    return std::make_unique<List>(listed_, request);
  }

  std::mutex mutex_;
  Versions listed_;
};

// An append is listed before anybody can read it.
class ListAhead : public ListsOfItsOwn {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    const bool new_one = !plugin::is_lookup(request) && first_broken(request) == request.expect_count &&
                         (plugin::is_zero(request.commit_id) || !is_known(request));
    if (new_one) {
      const std::scoped_lock lock(mutex_);
      count(listed_, request);
    }
    std::this_thread::yield();
    Teller::append_one(request, outcome);
  }
  bool is_known(const ec_append& request) {
    ec_append lookup = request;
    lookup.flags = EC_APPEND_LOOKUP;
    ec_error error = EC_ERROR_INIT;
    ec_outcome outcome{sizeof outcome, EC_OK, 0, 0, {}, {}, nullptr, &error};
    Teller::append_one(lookup, outcome);
    return outcome.status == EC_OK;
  }
};

// The list is that of before the last append.
class ListBehind : public ListsOfItsOwn {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    Teller::append_one(request, outcome);
    if (outcome.status != EC_OK || (outcome.flags & EC_OUTCOME_REPEATED) != 0 || plugin::is_lookup(request)) return;
    const std::scoped_lock lock(mutex_);
    listed_ = stored_;
    count(stored_, request);
  }
  Versions stored_;
};

// Whoever was ever named is listed.
class ListHoldsEmptyStreams : public ListsOfItsOwn {
  void append_one(const ec_append& request, ec_outcome& outcome) override {
    Teller::append_one(request, outcome);
    if (plugin::is_lookup(request) || (outcome.status == EC_OK && (outcome.flags & EC_OUTCOME_REPEATED) != 0)) return;
    const std::scoped_lock lock(mutex_);
    for (const ec_expect& each : plugin::expects_of(request)) listed_[std::string(plugin::view(each.stream))];
    if (outcome.status == EC_OK) count(listed_, request);
  }
};

constexpr Lie lies[] = {
    {"list_misses_one", make<ListMissesOne>},
    {"list_out_of_order", make<ListOutOfOrder>},
    {"list_tells_old_versions", make<ListTellsOldVersions>},
    {"list_ignores_after", make<ListIgnoresAfter>},
    {"list_ahead", make<ListAhead>},
    {"list_behind", make<ListBehind>},
    {"list_holds_empty_streams", make<ListHoldsEmptyStreams>},
};

}  // namespace

std::span<const Lie> list_lies() { return lies; }

}  // namespace ec::liar
