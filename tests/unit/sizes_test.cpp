// Structs of another size than ours: older sides know less, newer ones more, and answers without room are refused.
#include "failure.hpp"

#include <eventcore/abi/eventcore.h>
#include <eventcore/plugin/sized.hpp>
#include <eventcore/plugin/strided.hpp>

#include <cstring>
#include <string>

namespace {

using ec::test::contains;

// An answer of this size, full of a pattern.
template <class T>
T patterned(std::uint32_t size) {
  T made;
  std::memset(&made, 0x5a, sizeof made);
  made.struct_size = size;
  return made;
}

template <class T>
bool untouched(const T& answer, std::uint32_t size) {
  const T before = patterned<T>(size);
  return std::memcmp(&answer, &before, sizeof answer) == 0;
}

class Sizes : public testing::Test {
 protected:
  void SetUp() override {
    ec_error error = EC_ERROR_INIT;
    ASSERT_EQ(ec_store_open_text(ec::plugin::str("plugin: memory"), ec::plugin::str("x"), nullptr, &store_, &error),
              EC_OK)
        << error.message;
  }
  void TearDown() override { ec_store_close(store_); }

  // call(answer, error) is refused for its answer's size, which it leaves alone.
  template <class T, class Call>
  void expect_refused(const std::string& what, Call&& call) {
    for (const std::uint32_t size : {0U, 4U, static_cast<std::uint32_t>(sizeof(T)) - 1}) {
      T answer = patterned<T>(size);
      ec_error error = EC_ERROR_INIT;
      EXPECT_EQ(call(&answer, &error), EC_INVALID) << what << " of " << size;
      EXPECT_TRUE(contains(error.message, what + ": struct_size or stride is " + std::to_string(size)));
      EXPECT_TRUE(untouched(answer, size)) << what << " of " << size;
    }
  }

  ec_store* store_ = nullptr;
};

TEST_F(Sizes, AnAnswerWithoutRoomIsRefusedAndNotTouched) {
  expect_refused<ec_info>("ec_info", [&](ec_info* info, ec_error* e) { return ec_store_info(store_, info, e); });

  ec_read_all everything{};
  everything.struct_size = sizeof everything;
  ec_cursor* cursor = nullptr;
  ec_error error = EC_ERROR_INIT;
  ASSERT_EQ(ec_store_read_all(store_, &everything, nullptr, &cursor, &error), EC_OK);
  expect_refused<ec_batch>(
      "ec_batch", [&](ec_batch* batch, ec_error* e) { return ec_store_next(store_, cursor, nullptr, batch, e); });
  ec_store_close_cursor(store_, cursor);

  const ec_list list{sizeof list, 0, {nullptr, 0}, {nullptr, 0}, 0};
  ec_stream_cursor* streams = nullptr;
  ASSERT_EQ(ec_store_list_streams(store_, &list, nullptr, &streams, &error), EC_OK);
  expect_refused<ec_stream_batch>("ec_stream_batch", [&](ec_stream_batch* batch, ec_error* e) {
    return ec_store_next_streams(store_, streams, nullptr, batch, e);
  });
  ec_store_close_stream_cursor(store_, streams);
}

TEST_F(Sizes, AnAppendWhoseOutcomeHasNoRoomStoresNothing) {
  const ec_expect expect{EC_LIT("a"), 0, EC_EXPECT_ANY, 0};
  ec_new_event event{};
  event.type = EC_LIT("happened");
  const ec_append append{sizeof append, 0, {}, &expect, 1, sizeof expect, &event, 1, sizeof event};
  expect_refused<ec_outcome>("ec_outcome", [&](ec_outcome* outcome, ec_error* e) {
    return ec_store_append(store_, &append, nullptr, outcome, e);
  });
  ec_position head{1, 1};
  ec_error error = EC_ERROR_INIT;
  EXPECT_EQ(ec_store_head(store_, nullptr, &head, &error), EC_OK);
  EXPECT_EQ(head.lo, 0U);
}

TEST_F(Sizes, AnAnswerWithMoreRoomIsFilledAsFarAsItIsKnown) {
  struct Later {
    ec_info info;
    std::uint64_t later;
  } made{patterned<ec_info>(sizeof(Later)), 7};
  ec_error error = EC_ERROR_INIT;
  EXPECT_EQ(ec_store_info(store_, &made.info, &error), EC_OK);
  EXPECT_EQ(made.info.struct_size, sizeof(Later));
  EXPECT_EQ(made.info.capabilities, EC_CAP_DENSE_POSITIONS);
  EXPECT_EQ(made.later, 7U);
}

TEST(Sized, MembersThatAreNotThereAreZero) {
  ec_call call = patterned<ec_call>(offsetof(ec_call, cancel_ctx));
  const ec_call known = ec::plugin::known(call);
  EXPECT_EQ(known.deadline_ns, call.deadline_ns);
  EXPECT_EQ(known.cancel_ctx, nullptr);
  EXPECT_EQ(known.traceparent.size, 0U);
  call.struct_size = sizeof call + 8;
  EXPECT_EQ(ec::plugin::known(call).cancel_ctx, call.cancel_ctx);
}

TEST(Sized, NothingIsPutBeyondTheEnd) {
  const ec_info mine{sizeof mine, 1, {}, 2, 3, 4, 5, 6, {}};
  ec_info theirs = patterned<ec_info>(offsetof(ec_info, max_metadata));
  ec::plugin::put(theirs, mine);
  EXPECT_EQ(theirs.max_payload, 2U);
  ec_info expected = patterned<ec_info>(offsetof(ec_info, max_metadata));
  expected.capabilities = 1;
  expected.store_id = {};
  expected.max_payload = 2;
  EXPECT_EQ(std::memcmp(&theirs, &expected, sizeof theirs), 0);
}

}  // namespace
