// Durable backends: a writing process is killed at random moments; what it was told is stored is there, and nothing is
// there in part.
#include "contract.hpp"
#include "kill_child.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <map>
#include <random>
#include <set>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ec::conformance {
namespace {

// The child, and the end of the pipe that its acknowledgements come out of.
class Writer {
 public:
  explicit Writer(const std::string& prefix) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe to be had");
    pipe_ = ends[0];
    constexpr int child_end = 3;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    // A descriptor that is copied onto itself would keep its close-on-exec flag.
    if (ends[1] == child_end)
      fcntl(ends[1], F_SETFD, 0);
    else
      posix_spawn_file_actions_adddup2(&actions, ends[1], child_end);
    std::string arguments[] = {
        "eventcore-conformance", "--config", settings().config, "--kill-child-pipe", std::to_string(child_end),
        "--kill-child-prefix",   prefix};
    std::vector<char*> argv;
    for (std::string& each : arguments) argv.push_back(each.data());
    argv.push_back(nullptr);
    const int spawned = posix_spawn(&process_, "/proc/self/exe", &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (spawned != 0) throw std::runtime_error("the writing process could not be started");
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    kill_now();
    close(pipe_);
  }

  // The next acknowledgement; false when the child is gone.
  bool next(Acknowledged& acknowledged) const {
    ssize_t got = 0;
    do got = ::read(pipe_, &acknowledged, sizeof acknowledged);
    while (got < 0 && errno == EINTR);
    return got == static_cast<ssize_t>(sizeof acknowledged);
  }
  // Kills it and waits until it is gone; true when it was the signal that ended it.
  bool kill_now() {
    if (process_ <= 0) return false;
    kill(process_, SIGKILL);
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = 0;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

 private:
  int pipe_ = -1;
  pid_t process_ = 0;
};

class Kill : public Contract {
 protected:
  void SetUp() override {
    if (!promises(EC_CAP_PERSISTENT)) GTEST_SKIP() << "this backend does not promise EC_CAP_PERSISTENT";
    if (!promises(EC_CAP_DURABLE)) GTEST_SKIP() << "this backend does not promise EC_CAP_DURABLE";
  }

  // Lets a child write until so many acknowledgements came, kills it, and takes what it had still reported.
  void write_and_kill(std::size_t after_acknowledgements) {
    close_store();
    Writer writer(prefix());
    Acknowledged one{};
    for (std::size_t i = 0; i < after_acknowledgements; ++i) {
      if (!writer.next(one)) throw std::runtime_error("the writing process ended by itself");
      acknowledged_.push_back(one);
    }
    if (!writer.kill_now()) throw std::runtime_error("the writing process ended by itself");
    while (writer.next(one)) acknowledged_.push_back(one);
  }

  // Over all that was written in this test, by all children so far.
  void check() const {
    // Where a server carries appends out, what a killed process had sent may still come: look until nothing does.
    Reading reading;
    std::vector<StreamVersion> listed;
    do {
      reading = all();
      listed = value(store().list_streams(prefix()));
    } while (head() != reading.head);
    std::map<std::string, std::vector<const Seen*>> appends;
    std::map<std::string, std::uint64_t> versions;
    for (const Seen& each : reading.events) {
      EXPECT_EQ(each.version, ++versions[each.stream]) << "a gap in " << each.stream;
      appends[each.commit_id.str()].push_back(&each);
    }
    for (const auto& [commit_id, events] : appends) check_whole(commit_id, events);
    for (const Acknowledged& each : acknowledged_) check_there(each, appends);
    for (const StreamVersion& each : listed) EXPECT_EQ(each.version, versions[each.stream.str()]) << each.stream.str();
  }
  std::size_t acknowledged() const { return acknowledged_.size(); }

 private:
  static void check_whole(const std::string& commit_id, const std::vector<const Seen*>& events) {
    ASSERT_EQ(events.size(), events_per_kill_append) << "append " << commit_id << " is there in part";
    for (std::size_t i = 0; i < events.size(); ++i)
      EXPECT_TRUE(events[i]->payload.starts_with(std::to_string(i))) << "append " << commit_id << " is out of order";
    const Answer found = look_up(store(), events[0]->commit_id);
    ASSERT_TRUE(ended(found, EC_OK)) << "the events of " << commit_id << " are there, their commit id is not";
    EXPECT_EQ(found.first, events.front()->position);
    EXPECT_EQ(found.last, events.back()->position);
  }
  static void check_there(const Acknowledged& told, const std::map<std::string, std::vector<const Seen*>>& appends) {
    const auto found = appends.find(Uuid{told.commit_id}.str());
    ASSERT_NE(found, appends.end()) << "an acknowledged append is lost: " << Uuid{told.commit_id}.str();
    const std::vector<const Seen*>& events = found->second;
    EXPECT_EQ(events.front()->position, Position::from(told.first));
    EXPECT_EQ(events.back()->position, Position::from(told.last));
    // Own, shared, own.
    EXPECT_EQ(events.back()->version, told.versions[0]);
    EXPECT_EQ(events.at(1)->version, told.versions[1]);
  }

  std::vector<Acknowledged> acknowledged_;
};

TEST_F(Kill, LosesNothingAcknowledgedAndKeepsNothingInPart) {
  std::mt19937_64 random(settings().seed);
  const Uuid store_id{info_of_store().store_id};
  for (std::uint32_t kill = 0; kill < settings().kills && !HasFailure(); ++kill) {
    write_and_kill(random() % 200);
    SCOPED_TRACE("after kill " + std::to_string(kill + 1));
    check();
    EXPECT_EQ(Uuid{info_of_store().store_id}, store_id);
    // And the store works on.
    EXPECT_TRUE(
        ended(append({Expect::any(stream("between"))},
                     std::vector<NewEvent>{event(0, "0"), event(0, "1"), event(0, "2")}, {.commit_id = Uuid::make()}),
              EC_OK));
  }
  std::printf("%u kills, %zu acknowledged appends, all there\n", settings().kills, acknowledged());
}

}  // namespace
}  // namespace ec::conformance
