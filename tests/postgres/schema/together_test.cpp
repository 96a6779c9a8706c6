// Many that open a store which is not there yet, at the same moment.
#include "support.hpp"

#include <barrier>
#include <fcntl.h>
#include <future>
#include <set>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace ec::postgres::test {
namespace {

constexpr std::size_t many = 10;

// One schema, and each migration once.
void expect_one_store(const Schema& schema) {
  pqxx::connection connection(schema.dsn());
  EXPECT_EQ(sql(connection, "SELECT count(*) = max(number) FROM " + schema.quoted() + ".migrations"), "t");
  EXPECT_EQ(sql(connection, "SELECT count(*) FROM " + schema.quoted() + ".store"), "1");
  Store store = value(open(schema, {"create: false"}));
  EXPECT_EQ(everything(store).size(), many);
  check_order(everything(store));
}

// A postgres_opener that waits at the gate, a pipe of all of them.
class Opener {
 public:
  Opener(const std::string& configuration, const int (&gate)[2]) {
    int output[2];
    if (pipe2(output, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    std::string program = EVENTCORE_TEST_OPENER, text = configuration;
    char* arguments[] = {program.data(), text.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, gate[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    const int problem = posix_spawn(&process_, program.c_str(), &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(output[1]);
    output_ = output[0];
    if (problem != 0) throw std::runtime_error("cannot start " + program);
  }
  Opener(const Opener&) = delete;
  Opener& operator=(const Opener&) = delete;
  ~Opener() { close(output_); }

  std::string line() const {
    std::string said;
    char byte = 0;
    while (read(output_, &byte, 1) == 1 && byte != '\n') said += byte;
    return said;
  }
  int finish() const {
    int status = 0;
    waitpid(process_, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  pid_t process_ = -1;
  int output_ = -1;
};

TEST(PostgresTogether, TenThreadsMakeOneStore) {
  const Schema schema;
  std::barrier start(static_cast<std::ptrdiff_t>(many));
  std::vector<std::future<std::string>> opened;
  for (std::size_t i = 0; i < many; ++i)
    opened.push_back(std::async(std::launch::async, [&] {
      start.arrive_and_wait();
      Store store = value(open(schema));
      value(append(store, "opened", {"{}"}));
      return Uuid{value(store.info()).store_id}.str();
    }));
  std::set<std::string> ids;
  for (auto& each : opened) ids.insert(each.get());
  EXPECT_EQ(ids.size(), 1U);
  expect_one_store(schema);
}

TEST(PostgresTogether, TenProcessesMakeOneStore) {
  const Schema schema;
  const std::string text = configuration(schema.dsn(), {"schema: " + schema.name()});
  int gate[2];
  ASSERT_EQ(pipe2(gate, O_CLOEXEC), 0);
  std::vector<std::unique_ptr<Opener>> openers;
  for (std::size_t i = 0; i < many; ++i) openers.push_back(std::make_unique<Opener>(text, gate));
  close(gate[0]);
  for (const auto& each : openers) EXPECT_EQ(each->line(), "ready");
  close(gate[1]);
  for (const auto& each : openers) {
    EXPECT_EQ(each->line(), "");
    EXPECT_EQ(each->finish(), 0);
  }
  expect_one_store(schema);
}

}  // namespace
}  // namespace ec::postgres::test
