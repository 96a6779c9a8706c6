// The one way in: appends are checked one after the other, each seeing what those before it will have written, go into
// one batch, become durable together, and only then can anybody see them.
#pragma once

#include "commits.hpp"
#include "database.hpp"
#include "heads.hpp"
#include "recent.hpp"
#include "record.hpp"

#include <eventcore/plugin/export.hpp>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace ec::rocks {

class Sequencer {
 public:
  // Finds the head that the database ends with.
  Sequencer(Database& database, const Config& config);

  void append(plugin::Appends appends, const plugin::Call& call);

  // What readers may see: everything up to here.
  std::uint64_t head() const { return head_.load(); }
  const std::atomic<std::uint64_t>& head_word() const { return head_; }
  const Heads& heads() const { return heads_; }
  const Recent& recent() const { return recent_; }

 private:
  struct Hash {
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  // An append that will have been carried out when the batch is written.
  struct Planned {
    std::size_t index;  // among the appends of the call
    bool repeated;      // of one earlier in the same call
    Commit commit;
  };

  void find_head();
  void check_tail(std::uint64_t last_record);
  void begin();
  void plan(std::size_t index, const ec_append& request, ec_outcome& outcome);
  bool answered_by_commit(std::size_t index, const ec_append& request, std::uint64_t digest, ec_outcome& outcome);
  bool find_commit(std::string_view id, Commit& commit);
  void plan_write(std::size_t index, const ec_append& request, std::uint64_t digest);
  void put_events(const ec_append& request);
  void put_record(std::uint64_t position);
  std::uint64_t& version_of(const ec_expect& expect);
  bool is_last(std::string_view stream, std::uint64_t version);
  std::uint64_t stored_version(std::string_view stream);
  void publish();
  void tell(plugin::Appends appends);
  void refuse_all(plugin::Appends appends, const plugin::Failure& failure);
  void note_doubt(const ec_uuid& commit_id) noexcept;

  Database& database_;
  Heads heads_;
  Recent recent_;  // of what will be written too; nobody asks for what is above the head
  std::atomic<std::uint64_t> head_{0};

  std::mutex mutex_;  // guards what stands below
  rocksdb::WriteBatch batch_;
  RecordWriter writer_;
  std::uint64_t next_ = 1;                                              // position of the next event
  std::unordered_map<std::string_view, std::uint64_t, Hash> versions_;  // of streams met in this call, as they will be
  std::unordered_map<std::string_view, std::size_t, Hash> commit_ids_;  // of this call -> place in planned_
  std::vector<Planned> planned_;
  std::vector<bool> answered_;  // by what is stored already, whatever becomes of the batch
  bool all_doubtful_ = false;
  std::unordered_set<std::string> doubtful_;  // commit ids of the write that failed
  std::vector<std::uint64_t*> targets_;       // of the append under way: the versions of its expectations
  std::vector<std::uint64_t> before_;         // and what they were
  std::string record_;
  std::string key_;
  std::string value_;
};

}  // namespace ec::rocks
