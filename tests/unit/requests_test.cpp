// The door: what is refused before a plugin sees it, and in which words.
#include "failure.hpp"
#include "requests.hpp"

#include <string>
#include <vector>

namespace {

using namespace ec::core;
using ec::test::contains;
using ec::test::failure_of;

class RequestsTest : public testing::Test {
 protected:
  RequestsTest() {
    info.max_payload = 10;
    info.max_metadata = 5;
    info.max_events_per_append = 2;
    info.max_bytes_per_append = 15;
    expects = {{EC_LIT("a"), 0, EC_EXPECT_ANY, 0}};
    events.resize(1);
    events[0].type = EC_LIT("opened");
  }

  ec_append append() const {
    return {sizeof(ec_append),   0, {}, expects.data(), expects.size(), sizeof(ec_expect), events.data(), events.size(),
            sizeof(ec_new_event)};
  }
  std::string refusal(const ec_append& request, ec_status status = EC_INVALID) const {
    return failure_of(status, [&] { check_append(request, info); });
  }
  static ec_bytes bytes(std::size_t size) {
    static const std::string text(100, 'x');
    return {reinterpret_cast<const std::uint8_t*>(text.data()), size};
  }

  ec_info info{};
  std::vector<ec_expect> expects;
  std::vector<ec_new_event> events;
};

TEST_F(RequestsTest, AGoodAppendPasses) {
  EXPECT_NO_THROW(check_append(append(), info));
  events.clear();
  EXPECT_NO_THROW(check_append(append(), info));
}

TEST_F(RequestsTest, StructsOfTheWrongSizeAreRefused) {
  ec_append request = append();
  request.struct_size = 8;
  EXPECT_TRUE(
      contains(refusal(request), "ec_append: struct_size or stride is 8, at least " + std::to_string(sizeof request)));
  request = append();
  request.expect_stride = 4;
  EXPECT_TRUE(contains(refusal(request), "expectations: struct_size or stride is 4"));
  request = append();
  request.event_stride = 0;
  EXPECT_TRUE(contains(refusal(request), "events: struct_size or stride is 0"));
}

TEST_F(RequestsTest, AStrideThatLeavesElementsUnalignedIsRefused) {
  ec_append request = append();
  request.expect_stride = sizeof(ec_expect) + 1;
  EXPECT_TRUE(contains(refusal(request), "expectations: the stride is " + std::to_string(sizeof(ec_expect) + 1) +
                                             ", a multiple of 8 is needed"));
  request = append();
  request.event_stride = sizeof(ec_new_event) + 4;
  EXPECT_TRUE(contains(refusal(request), "events: the stride is"));
}

TEST_F(RequestsTest, NullWhereSomethingMustBeIsRefused) {
  ec_append request = append();
  request.events = nullptr;
  EXPECT_TRUE(contains(refusal(request), "events: the array is NULL, its count is not 0"));
  request = append();
  request.expects = nullptr;
  EXPECT_TRUE(contains(refusal(request), "expectations: the array is NULL"));
  events[0].payload = {nullptr, 3};
  EXPECT_TRUE(contains(refusal(append()), "payload: data is NULL, size is not 0"));
  expects[0].stream = {nullptr, 3};
  EXPECT_TRUE(contains(refusal(append()), "stream id: data is NULL"));
}

TEST_F(RequestsTest, FlagsAndModesThatNobodyKnowsAreRefused) {
  ec_append request = append();
  request.flags = 6;
  EXPECT_TRUE(contains(refusal(request), "ec_append: unknown flags 6"));
  expects[0].mode = 5;
  EXPECT_TRUE(contains(refusal(append()), "stream 'a': expectation mode 5 is none of EC_EXPECT_*"));
}

TEST_F(RequestsTest, ALookupNeedsACommitIdAndNothingElse) {
  ec_append request{};
  request.struct_size = sizeof request;
  request.flags = EC_APPEND_LOOKUP;
  EXPECT_TRUE(contains(refusal(request), "a lookup needs a commit id"));
  request.commit_id.bytes[0] = 1;
  EXPECT_NO_THROW(check_append(request, info));
}

TEST_F(RequestsTest, AStreamStandsOnce) {
  expects.push_back(expects[0]);
  EXPECT_TRUE(contains(refusal(append()), "stream 'a' stands twice in one request"));
  const std::string ids = "abcdefghijklmnopqrstuvwxyz";
  expects.clear();
  for (const char& id : ids) expects.push_back({{&id, 1}, 0, EC_EXPECT_ANY, 0});
  EXPECT_NO_THROW(check_append(append(), info));
  expects.push_back({EC_LIT("k"), 0, EC_EXPECT_ANY, 0});
  EXPECT_TRUE(contains(refusal(append()), "stream 'k' stands twice")) << "among many as among few";
}

TEST_F(RequestsTest, TheStoresLimitsAreNamed) {
  events[0].payload = bytes(11);
  EXPECT_TRUE(contains(refusal(append(), EC_LIMIT), "event 0, bytes of payload: 11 is above this store's limit of 10"));
  events[0].payload = bytes(10);
  events[0].metadata = bytes(6);
  EXPECT_TRUE(contains(refusal(append(), EC_LIMIT), "event 0, bytes of metadata: 6 is above this store's limit of 5"));
  events[0].metadata = bytes(5);
  EXPECT_NO_THROW(check_append(append(), info));
  events.push_back(events[0]);
  EXPECT_TRUE(contains(refusal(append(), EC_LIMIT), "bytes of one append: 30 is above"));
  events.resize(3, events[0]);
  EXPECT_TRUE(contains(refusal(append(), EC_LIMIT), "events of one append: 3 is above this store's limit of 2"));
}

TEST_F(RequestsTest, ReadsAndLists) {
  const ec_stream_from from{EC_LIT("a"), 0};
  const auto read = [&](std::uint32_t flags, std::size_t count) {
    return ec_read{sizeof(ec_read), flags, &from, count, sizeof from, 0};
  };
  EXPECT_NO_THROW(check_read(read(EC_READ_BACKWARD, 1)));
  EXPECT_TRUE(contains(failure_of(EC_INVALID, [&] { check_read(read(2, 1)); }), "ec_read: unknown flags 2"));
  EXPECT_TRUE(contains(failure_of(EC_INVALID, [&] { check_read(read(0, 0)); }), "at least one stream is needed"));

  ec_read_all all{};
  EXPECT_TRUE(
      contains(failure_of(EC_INVALID, [&] { check_read_all(all); }), "ec_read_all: struct_size or stride is 0"));
  all.struct_size = sizeof all;
  EXPECT_NO_THROW(check_read_all(all));
  const ec_str texts[] = {EC_LIT("account/*"), EC_LIT("")};
  all.patterns = texts;
  all.pattern_count = 1;
  EXPECT_NO_THROW(check_read_all(all));
  all.pattern_count = 2;
  EXPECT_TRUE(contains(failure_of(EC_INVALID, [&] { check_read_all(all); }), "pattern: is empty"));
  all.patterns = nullptr;
  EXPECT_TRUE(contains(failure_of(EC_INVALID, [&] { check_read_all(all); }), "pattern: the array is NULL"));

  ec_list list{};
  list.struct_size = sizeof list;
  EXPECT_NO_THROW(check_list(list));
  list.prefix = {nullptr, 1};
  EXPECT_TRUE(contains(failure_of(EC_INVALID, [&] { check_list(list); }), "prefix: data is NULL"));
}

}  // namespace
