// Errors: filled on failure, untouched on success, and bad requests are refused before they do anything. Every append
// and every call through tell() is held to the first two already; here are the calls that the other tests make through
// the C++ layer, and the bad requests.
#include "contract.hpp"

#include <cstring>
#include <limits>

namespace ec::conformance {
namespace {

class Errors : public Contract {
 protected:
  ec_store* raw() const { return store().raw(); }

  // The append with one member changed.
  template <class Change>
  Told appended(Change&& change) const {
    const std::string id = stream("a").str();
    ec_expect expects[2] = {{detail::str(id), 0, EC_EXPECT_ANY, 0}, {detail::str(other_), 0, EC_EXPECT_ANY, 0}};
    ec_new_event event{};
    event.type = EC_LIT("happened");
    ec_append request{sizeof request, 0, {}, expects, 2, sizeof(ec_expect), &event, 1, sizeof(ec_new_event)};
    change(request, expects, event);
    ec_error error = patterned_error();
    ec_outcome outcome{sizeof outcome, EC_OK, 0, 0, {}, {}, nullptr, &error};
    return checked(ec_store_append(raw(), &request, nullptr, &outcome, &error), error);
  }
  Told read_with(ec_read request) const {
    ec_cursor* cursor = nullptr;
    const Told told = tell([&](ec_error* e) { return ec_store_read(raw(), &request, nullptr, &cursor, e); });
    ec_store_close_cursor(raw(), cursor);
    return told;
  }
  Told read_all_with(const ec_read_all& request) const {
    ec_cursor* cursor = nullptr;
    const Told told = tell([&](ec_error* e) { return ec_store_read_all(raw(), &request, nullptr, &cursor, e); });
    ec_store_close_cursor(raw(), cursor);
    return told;
  }

 private:
  const std::string other_ = stream("b").str();
};

TEST_F(Errors, AreUntouchedBySuccessfulCalls) {
  grow(stream("a"), 3);
  ec_info info{};
  info.struct_size = sizeof info;
  EXPECT_TRUE(ended(tell([&](ec_error* e) { return ec_store_info(raw(), &info, e); }), EC_OK));
  ec_position at{};
  EXPECT_TRUE(ended(tell([&](ec_error* e) { return ec_store_head(raw(), nullptr, &at, e); }), EC_OK));

  ec_read_all everything{};
  everything.struct_size = sizeof everything;
  ec_cursor* cursor = nullptr;
  EXPECT_TRUE(
      ended(tell([&](ec_error* e) { return ec_store_read_all(raw(), &everything, nullptr, &cursor, e); }), EC_OK));
  ec_batch batch{sizeof batch, 0, nullptr, 0, 0, {}, {}};
  EXPECT_TRUE(ended(tell([&](ec_error* e) { return ec_store_next(raw(), cursor, nullptr, &batch, e); }), EC_OK));
  ec_store_close_cursor(raw(), cursor);

  const ec_list list{sizeof list, 0, detail::str(prefix()), {nullptr, 0}, 0};
  ec_stream_cursor* streams = nullptr;
  EXPECT_TRUE(
      ended(tell([&](ec_error* e) { return ec_store_list_streams(raw(), &list, nullptr, &streams, e); }), EC_OK));
  ec_stream_batch listed{sizeof listed, 0, nullptr, 0, 0};
  EXPECT_TRUE(
      ended(tell([&](ec_error* e) { return ec_store_next_streams(raw(), streams, nullptr, &listed, e); }), EC_OK));
  ec_store_close_stream_cursor(raw(), streams);
}

TEST_F(Errors, OfAConflictNameTheStream) {
  const Answer answer = append({Expect::exists(stream("missing"))}, {event(0, "x")});
  ASSERT_TRUE(ended(answer, EC_CONFLICT));
  EXPECT_NE(std::string(answer.error.message).find(stream("missing").str()), std::string::npos) << answer.error.message;
  EXPECT_NE(answer.error.flags & EC_ERROR_RETRYABLE, 0U) << "read again, decide again: a conflict may be tried again";
}

TEST_F(Errors, AnAppendThatBreaksARuleIsInvalid) {
  const Position before = head();
  EXPECT_TRUE(ended(appended([](auto&...) {}), EC_OK));
  const Position after = head();
  EXPECT_GT(after, before);
  EXPECT_TRUE(ended(appended([](ec_append& a, auto&, auto&) { a.expect_count = 0; }), EC_INVALID));
  EXPECT_TRUE(ended(appended([](ec_append& a, auto&, auto&) { a.expects = nullptr; }), EC_INVALID));
  EXPECT_TRUE(ended(appended([](ec_append& a, auto&, auto&) { a.events = nullptr; }), EC_INVALID));
  EXPECT_TRUE(ended(appended([](ec_append& a, auto&, auto&) { a.struct_size = 8; }), EC_INVALID));
  EXPECT_TRUE(ended(appended([](ec_append& a, auto&, auto&) { a.flags = 1U << 31U; }), EC_INVALID));
  EXPECT_TRUE(ended(appended([](ec_append& a, auto&, auto&) { a.flags = EC_APPEND_LOOKUP; }), EC_INVALID));
  EXPECT_TRUE(ended(appended([](auto&, ec_expect* e, auto&) { e[0].mode = 0; }), EC_INVALID));
  EXPECT_TRUE(ended(appended([](auto&, ec_expect* e, auto&) { e[1].mode = 5; }), EC_INVALID));
  EXPECT_TRUE(ended(appended([](auto&, ec_expect* e, auto&) { e[1].stream = e[0].stream; }), EC_INVALID));
  EXPECT_TRUE(ended(appended([](auto&, auto&, ec_new_event& e) { e.stream_index = 2; }), EC_INVALID));
  EXPECT_TRUE(ended(appended([](auto&, auto&, ec_new_event& e) { e.type = {nullptr, 0}; }), EC_INVALID));
  EXPECT_TRUE(ended(appended([](auto&, auto&, ec_new_event& e) { e.type = EC_LIT("a*"); }), EC_INVALID));
  EXPECT_TRUE(ended(appended([](auto&, auto&, ec_new_event& e) { e.payload = {nullptr, 7}; }), EC_INVALID));
  const std::string long_type(EC_MAX_EVENT_TYPE + 1, 't');
  EXPECT_TRUE(ended(appended([&](auto&, auto&, ec_new_event& e) { e.type = detail::str(long_type); }), EC_LIMIT));
  EXPECT_EQ(head(), after);
}

TEST_F(Errors, AReadThatBreaksARuleIsInvalid) {
  const std::string id = stream("a").str();
  const ec_stream_from twice[] = {{detail::str(id), 0}, {detail::str(id), 1}};
  const ec_read good{sizeof good, 0, twice, 1, sizeof(ec_stream_from), 0};
  const auto changed = [&](auto&& change) {
    ec_read request = good;
    change(request);
    return read_with(request);
  };
  EXPECT_TRUE(ended(read_with(good), EC_OK));
  EXPECT_TRUE(ended(changed([](ec_read& r) { r.stream_count = 2; }), EC_INVALID));
  EXPECT_TRUE(ended(changed([](ec_read& r) { r.stream_count = 0; }), EC_INVALID));
  EXPECT_TRUE(ended(changed([](ec_read& r) { r.streams = nullptr; }), EC_INVALID));
  EXPECT_TRUE(ended(changed([](ec_read& r) { r.flags = 2; }), EC_INVALID));
  EXPECT_TRUE(ended(changed([](ec_read& r) { r.struct_size = 4; }), EC_INVALID));
}

TEST_F(Errors, AReadAllThatBreaksARuleIsInvalid) {
  ec_read_all request{};
  request.struct_size = sizeof request;
  request.limit = 1;
  EXPECT_TRUE(ended(read_all_with(request), EC_OK));
  request.flags = 4;
  EXPECT_TRUE(ended(read_all_with(request), EC_INVALID));
  request.flags = 0;
  request.type_count = 1;
  EXPECT_TRUE(ended(read_all_with(request), EC_INVALID));
}

TEST_F(Errors, InfoTellsLimitsThatAnAppendCanWorkWith) {
  const ec_info info = info_of_store();
  EXPECT_NE(Uuid{info.store_id}, Uuid{});
  EXPECT_GE(info.max_payload, 1U);
  EXPECT_GE(info.max_events_per_append, 1U);
  EXPECT_GE(info.max_bytes_per_append, info.max_payload);
  EXPECT_GE(info.max_appends_per_call, 1U);
  EXPECT_EQ(ec_utf8_check(info.location), 1);
  EXPECT_EQ(Uuid{info_of_store().store_id}, Uuid{info.store_id}) << "the store's id is another one each time";
}

}  // namespace
}  // namespace ec::conformance
