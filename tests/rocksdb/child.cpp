// The process beside the test's. Says what it does line by line on stdout, and goes on when it is told to on stdin.
//
//   rocksdb_child hold CONFIGURATION             opens, says "open", closes at the end of its input
//   rocksdb_child append CONFIGURATION [COUNT]   appends without end or COUNT times, saying "N" after the Nth
//   rocksdb_child fill CONFIGURATION COUNT       appends COUNT times a thousand events, says "filled"
//   rocksdb_child count CONFIGURATION COUNT      appends COUNT times, saying how many of them came without a sync of the log
//   rocksdb_child starve CONFIGURATION write     appends until writes fail, then asks around in the store
//   rocksdb_child starve CONFIGURATION .log      likewise, with syncs of such files that fail; or .sst
#include <eventcore/eventcore.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace {

std::string failing_files;  // the ending of their names; written before syncs_fail
std::atomic<bool> syncs_fail{false};
std::atomic<unsigned> log_syncs{0};

std::filesystem::path ending_of(int descriptor) {
  return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor)).extension();
}

}  // namespace

// In place of the C library's, for RocksDB too.
extern "C" __attribute__((visibility("default"))) int fdatasync(int descriptor) {
  const std::filesystem::path ending = ending_of(descriptor);
  if (ending == ".log") ++log_syncs;
  if (!syncs_fail || ending != failing_files) return static_cast<int>(syscall(SYS_fdatasync, descriptor));
  errno = EIO;
  return -1;
}

namespace {

void say(std::string_view word, std::string_view what) {
  std::printf("%.*s %.*s\n", static_cast<int>(word.size()), word.data(), static_cast<int>(what.size()), what.data());
  std::fflush(stdout);
}

void wait_for_end_of_input() {
  while (std::getchar() != EOF) {
  }
}

ec::Store open(const char* configuration) {
  auto store = ec::Store::open_text(configuration, "child.yaml");
  if (store) return std::move(*store);
  say("refused", store.error().message);
  std::exit(1);
}

ec::Result<ec::Appended> append(ec::Store& store, ec::Uuid commit_id = ec::Uuid::make()) {
  const std::string payload(4'000, 'x');
  return store.append({ec::Expect::any(ec::StreamId("a")), ec::Expect::any(ec::StreamId("b"))},
                      {{0, "happened", payload}, {1, "happened", payload}}, commit_id);
}

template <class T>
const char* word_for(const ec::Result<T>& result) {
  return result ? "OK" : ec::name_of(result.error().code);
}

const char* look_up(ec::Store& store, const ec::Uuid& commit_id) {
  const ec_append request{
      sizeof request,      EC_APPEND_LOOKUP, commit_id.value, nullptr, 0, sizeof(ec_expect), nullptr, 0,
      sizeof(ec_new_event)};
  ec_error error = EC_ERROR_INIT;
  ec_outcome outcome{sizeof outcome, EC_OK, 0, 0, {}, {}, nullptr, &error};
  return ec_status_name(ec_store_append(store.raw(), &request, nullptr, &outcome, &error));
}

const char* save_checkpoint(ec::Store& store) {
  ec_error error = EC_ERROR_INIT;
  return ec_status_name(ec_store_checkpoint_save(store.raw(), EC_LIT("projector"), {0, 1}, 0, nullptr, &error));
}

std::size_t events_in(ec::Store& store) {
  auto cursor = store.read_all();
  std::size_t count = 0;
  while (cursor && cursor->next()) count += cursor->batch().size();
  return count;
}

int hold(const char* configuration) {
  const ec::Store store = open(configuration);
  say("open", "");
  wait_for_end_of_input();
  return 0;
}

int append_often(const char* configuration, std::size_t count) {
  ec::Store store = open(configuration);
  for (std::size_t i = 1; i <= count; ++i) {
    if (const auto done = append(store); !done) {
      say("failed", done.error().message);
      break;
    }
    say(std::to_string(i), "");
  }
  wait_for_end_of_input();
  return 0;
}

int fill(const char* configuration, std::size_t count) {
  constexpr std::size_t events = 1'000;
  constexpr std::size_t streams = 1'000;
  ec::Store store = open(configuration);
  for (std::size_t i = 0, position = 0; i < count; ++i) {
    std::vector<ec::Expect> expects;
    std::vector<ec::NewEvent> written;
    for (std::size_t event = 0; event < events; ++event) {
      expects.push_back(ec::Expect::any(ec::StreamId("stream/" + std::to_string((i * 7 + event) % streams))));
      written.push_back({event, "happened", std::to_string(++position) + std::string(200, 'x')});
    }
    if (const auto done = store.append(expects, written, ec::Uuid::make()); !done) {
      say("failed", done.error().message);
      return 1;
    }
  }
  say("filled", "");
  wait_for_end_of_input();
  return 0;
}

int count_unsynced(const char* configuration, std::size_t count) {
  ec::Store store = open(configuration);
  std::size_t unsynced = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned before = log_syncs;
    if (const auto done = append(store); !done) say("failed", done.error().message);
    unsynced += log_syncs == before ? 1 : 0;
  }
  say("unsynced", std::to_string(unsynced));
  return 0;
}

void let_fail(std::string_view what) {
  if (what != "write") {
    failing_files = what;
    syncs_fail = true;
    return;
  }
  // A write that crosses the limit is cut there, and the next one fails.
  constexpr rlim_t file_bytes = 200'000;
  const rlimit limit{file_bytes, file_bytes};
  std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limit);
}

int starve(const char* configuration, std::string_view what) {
  ec::Store store = open(configuration);
  constexpr std::size_t appends_before = 5;
  std::size_t acknowledged = 0;
  ec::Uuid commit_id;
  ec::Result<ec::Appended> last = ec::Appended{};
  while (last && acknowledged < 10'000) {
    if (acknowledged == appends_before) let_fail(what);
    commit_id = ec::Uuid::make();
    last = append(store, commit_id);
    acknowledged += last ? 1 : 0;
  }
  const auto head = store.head();
  say("acknowledged", std::to_string(acknowledged));
  say("commit_id", commit_id.str());
  say("failed", word_for(last));
  say("again", word_for(append(store, commit_id)));
  say("lookup", look_up(store, commit_id));
  say("other", word_for(append(store)));
  say("other_lookup", look_up(store, ec::Uuid::make()));
  say("validation", word_for(store.append({ec::Expect::exact(ec::StreamId("a"), acknowledged)}, {})));
  say("checkpoint", save_checkpoint(store));
  say("head", head ? head->str() : "none");
  say("events", std::to_string(events_in(store)));
  {
    const ec::Store closed = std::move(store);
  }
  say("closed", "");
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  const std::string_view command = arguments[1];
  const std::string_view more = count > 3 ? arguments[3] : "";
  if (command == "hold") return hold(arguments[2]);
  if (command == "append")
    return append_often(arguments[2],
                        more.empty() ? std::numeric_limits<std::size_t>::max() : std::stoul(std::string(more)));
  if (command == "fill") return fill(arguments[2], std::stoul(std::string(more)));
  if (command == "count") return count_unsynced(arguments[2], std::stoul(std::string(more)));
  return starve(arguments[2], more);
}
