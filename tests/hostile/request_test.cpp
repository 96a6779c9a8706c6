// Requests of a host that breaks the contract where the core can see it: what is NULL and not empty, what is missing.
#include "support.hpp"

#include <functional>
#include <utility>

namespace ec::hostile {
namespace {

constexpr ec_str broken{nullptr, 1};
constexpr ec_bytes broken_bytes{nullptr, 1};

class Request : public testing::Test {
 protected:
  void SetUp() override {
    const std::string yaml = "plugin: " + memory_plugin();
    ASSERT_EQ(ec_store_open_text(text(yaml), text("bank.yaml"), nullptr, &store, &error), EC_OK) << error.message;
  }
  void TearDown() override { ec_store_close(store); }

  ec_store* store = nullptr;
  ec_error error = EC_ERROR_INIT;
};

TEST_F(Request, ATextThatIsNullMustBeEmpty) {
  const ec_str a = text("a");
  ec_position position{};
  std::uint64_t number = 0;
  ec_blob* blob = nullptr;
  ec_bytes bytes{};
  ec_store* other = nullptr;
  const std::pair<const char*, std::function<ec_status()>> calls[] = {
      {"stream id", [&] { return ec_stream_id_check(broken, &error); }},
      {"configuration", [&] { return ec_store_open_text(broken, a, nullptr, &other, &error); }},
      {"name of the configuration", [&] { return ec_store_open_text(a, broken, nullptr, &other, &error); }},
      {"checkpoint name", [&] { return ec_store_checkpoint_load(store, broken, nullptr, &position, &error); }},
      {"lease name", [&] { return ec_store_lease_acquire(store, broken, a, 1, nullptr, &number, &error); }},
      {"lease holder", [&] { return ec_store_lease_acquire(store, a, broken, 1, nullptr, &number, &error); }},
      {"snapshot name", [&] { return ec_store_snapshot_load(store, broken, nullptr, &blob, &bytes, &number, &error); }},
      {"snapshot", [&] { return ec_store_snapshot_save(store, a, broken_bytes, 0, nullptr, &number, &error); }},
  };
  for (const auto& [what, call] : calls) {
    error = EC_ERROR_INIT;
    EXPECT_EQ(call(), EC_INVALID) << what;
    EXPECT_EQ(std::string(error.message), std::string(what) + ": data is NULL, size is not 0");
  }
  EXPECT_EQ(ec_utf8_check(broken), 0);
  EXPECT_EQ(ec_utf8_check({nullptr, 0}), 1);
}

TEST_F(Request, ALookupIgnoresExpectationsAndEventsWhateverTheyAre) {
  ec_append lookup{sizeof lookup, EC_APPEND_LOOKUP, {{1}}, nullptr, 3, 1, nullptr, 3, 1};
  ec_error of_outcome = EC_ERROR_INIT;
  ec_outcome outcome{sizeof outcome, EC_OK, 0, 0, {}, {}, nullptr, &of_outcome};
  EXPECT_EQ(ec_store_append(store, &lookup, nullptr, &outcome, &error), EC_NOT_FOUND) << error.message;
  EXPECT_EQ(ec_store_append_all(store, &lookup, sizeof lookup, &outcome, sizeof outcome, 1, nullptr, &error), EC_OK);
  EXPECT_EQ(outcome.status, EC_NOT_FOUND) << of_outcome.message;
}

// Names what it was made with.
struct Named {
  const ec_str* streams = nullptr;
  std::size_t count = 0;
};
ec_status name_streams(void* ctx, const ec_str** streams, std::size_t* count, ec_error*) {
  *streams = static_cast<const Named*>(ctx)->streams;
  *count = static_cast<const Named*>(ctx)->count;
  return EC_OK;
}
ec_status apply(void*, const ec_event*, ec_error*) { return EC_OK; }
ec_status decide(void*, ec_decision*, ec_error*) { return EC_OK; }

TEST_F(Request, ACommandIsCheckedBeforeItIsExecuted) {
  const ec_str a = text("a");
  Named honest{&a, 1};
  Named null_array{nullptr, 1};
  Named null_text{&broken, 1};
  const ec_command good{sizeof good, 0, &honest, name_streams, nullptr, apply, decide, nullptr, nullptr};
  ec_execute_options options{};
  options.struct_size = sizeof options;
  const auto said = [&](ec_command command) {
    error = EC_ERROR_INIT;
    EXPECT_EQ(ec_store_execute(store, &command, &options, nullptr, &error), EC_INVALID);
    return std::string(error.message);
  };
  EXPECT_EQ(ec_store_execute(store, &good, &options, nullptr, &error), EC_OK) << error.message;
  ec_command wrong = good;
  wrong.ctx = &null_array;
  EXPECT_TRUE(contains(said(wrong), "streams of the command: data is NULL"));
  wrong.ctx = &null_text;
  EXPECT_TRUE(contains(said(wrong), "stream id: data is NULL"));
  for (const auto& remove : std::initializer_list<std::function<void(ec_command&)>>{
           [](ec_command& command) { command.streams = nullptr; }, [](ec_command& command) { command.apply = nullptr; },
           [](ec_command& command) { command.decide = nullptr; }}) {
    wrong = good;
    remove(wrong);
    EXPECT_TRUE(contains(said(wrong), "ec_command: streams, apply and decide must be there"));
  }
  options.metadata = broken_bytes;
  EXPECT_TRUE(contains(said(good), "metadata: data is NULL"));
  options.metadata = {};
  options.flags = 1U << 31U;
  EXPECT_TRUE(contains(said(good), "ec_execute_options: unknown flags 2147483648"));
}

}  // namespace
}  // namespace ec::hostile
