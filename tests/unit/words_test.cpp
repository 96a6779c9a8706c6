// Names, suggestions, UUIDs: the small things that messages and requests are made of.
#include "failure.hpp"
#include "names.hpp"
#include "suggest.hpp"
#include "uuid.hpp"

#include <eventcore/abi/eventcore.h>

#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace ec::core;
using ec::test::contains;
using ec::test::failure_of;

TEST(Utf8, WellFormedTextOfEachLength) {
  for (const char* text :
       {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
        "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "12345678\xc3\xbc", "1234567\xc3\xbc 12345678"})
    EXPECT_TRUE(is_utf8(text)) << printable(text);
}

TEST(Utf8, AnythingElseIsNot) {
  for (const char* text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff"}) {
    for (std::size_t before = 0; before < 10; ++before)  // wherever it stands to the eight bytes that are skipped
      EXPECT_FALSE(is_utf8(std::string(before, 'a') + text + "12345678")) << printable(text);
    EXPECT_FALSE(is_utf8(text)) << printable(text);
  }
}

TEST(Names, StreamIdsAndTypesHaveTheirRules) {
  for (const char* good : {"a", "account/alice", "\xc3\xbc", "a b", "a$", "{}|\\^~"}) {
    EXPECT_NO_THROW(check_stream_id(good));
    EXPECT_NO_THROW(check_event_type(good));
  }
  EXPECT_NO_THROW(check_stream_id(std::string(255, 'x')));
  EXPECT_TRUE(
      contains(failure_of(EC_LIMIT, [] { check_stream_id(std::string(256, 'x')); }), "has 256 bytes, at most 255"));
  for (const char* bad : {"*", "a?", "[a", "a]"})
    EXPECT_TRUE(contains(failure_of(EC_INVALID, [&] { check_stream_id(bad); }), "are kept for patterns")) << bad;
  for (const std::string& bad :
       {std::string("a\0", 2), std::string("\n"), std::string("\x7f"), std::string("a\xc2\x85")})
    EXPECT_TRUE(contains(failure_of(EC_INVALID, [&] { check_event_type(bad); }), "has a control character"));
  EXPECT_TRUE(
      contains(failure_of(EC_INVALID, [] { check_event_type(""); }), "event type: is empty; it needs 1 to 255 bytes"));
  EXPECT_TRUE(
      contains(failure_of(EC_INVALID, [] { check_stream_id("$x"); }), "begins with '$', which is kept for the store"));
  EXPECT_TRUE(contains(failure_of(EC_INVALID, [] { check_stream_id("a\xff"); }), "'a\\xff': is not valid UTF-8"));
}

TEST(Names, AByteThatIsNotAllowedIsFoundWhereverItStands) {
  const auto is_allowed = [](char byte) {
    return byte >= 0x20 && byte != 0x7F && std::string_view("*?[]").find(byte) == std::string_view::npos;
  };
  for (std::size_t size = 1; size <= 20; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (int byte = 0; byte < 0x80; ++byte) {
        std::string name(size, at % 2 == 0 ? ' ' : '~');  // the neighbours of what is not allowed
        name[at] = static_cast<char>(byte);
        if (name.front() == '$') continue;
        bool passed = true;
        try {
          check_stream_id(name);
        } catch (const ec::plugin::Failure&) {
          passed = false;
        }
        ASSERT_EQ(passed, is_allowed(name[at])) << printable(name);
        ASSERT_TRUE(is_utf8(name));
      }
}

TEST(Names, NamesAndFiltersMayHoldPatterns) {
  EXPECT_NO_THROW(check_name("read model *", "checkpoint name"));
  EXPECT_NO_THROW(check_filter_text("account/[a-z]*", "pattern"));
  EXPECT_TRUE(contains(failure_of(EC_INVALID, [] { check_name("", "lease name"); }), "lease name: is empty"));
}

TEST(Names, MessagesShowTextHarmless) {
  EXPECT_EQ(printable("a\x1b[0m\xff\xc2\x85\xc3\xbc"), "a\\x1b[0m\\xff\\xc2\\x85\xc3\xbc");
  EXPECT_EQ(printable(std::string(200, 'x')), std::string(80, 'x') + "...");
}

TEST(Suggest, TheNearestWordWithinAThird) {
  const std::vector<std::string_view> known{"path", "sync", "max_payload"};
  EXPECT_EQ(nearest("pth", known), "path");
  EXPECT_EQ(nearest("apth", known), "path") << "neighbours changed places: one step";
  EXPECT_EQ(nearest("max_payloads", known), "max_payload");
  EXPECT_EQ(nearest("maxpyload", known), "max_payload");
  EXPECT_EQ(nearest("colour", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest(std::string(1000, 'p'), known), "");
  EXPECT_EQ(suggestion("pth", known), "; did you mean 'path'?");
  EXPECT_EQ(suggestion("colour", known), "; known are: path, sync, max_payload");
  EXPECT_EQ(suggestion("colour", {}), "; there are none");
}

TEST(Uuid, IsOfVersion7AndOrderedByTime) {
  ec_uuid before = make_uuid();
  EXPECT_EQ(before.bytes[6] >> 4U, 7);
  EXPECT_EQ(before.bytes[8] >> 6U, 2);
  std::string text(uuid_text_size, ' ');
  put_text({{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255}}, text.data());
  EXPECT_EQ(text, "00010203-0405-0607-0809-0a0b0c0d0eff");
  for (int i = 0; i < 1000; ++i) {
    const ec_uuid next = make_uuid();
    EXPECT_LE(std::memcmp(before.bytes, next.bytes, 6), 0);
    before = next;
  }
}

TEST(Uuid, DiffersBetweenThreadsAndAcrossAFork) {
  std::set<std::string> made;
  (void)random_bits();  // this thread's generator has begun, so a fork would copy it
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::uint64_t bits = random_bits();
    _exit(write(pipe_ends[1], &bits, sizeof bits) == sizeof bits ? 0 : 1);
  }
  ASSERT_GT(child, 0);
  std::uint64_t childs = 0;
  EXPECT_EQ(read(pipe_ends[0], &childs, sizeof childs), static_cast<ssize_t>(sizeof childs));
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
  EXPECT_NE(random_bits(), childs);
  std::uint64_t other = 0;
  std::thread([&] { other = random_bits(); }).join();
  EXPECT_NE(other, random_bits());
}

TEST(StatusName, OfEachStatus) {
  EXPECT_STREQ(ec_status_name(EC_OK), "OK");
  EXPECT_STREQ(ec_status_name(EC_CONFLICT), "CONFLICT");
  EXPECT_STREQ(ec_status_name(EC_IN_DOUBT), "IN_DOUBT");
  EXPECT_STREQ(ec_status_name(-1), "UNKNOWN");
  EXPECT_STREQ(ec_status_name(EC_IN_DOUBT + 1), "UNKNOWN");
}

}  // namespace
