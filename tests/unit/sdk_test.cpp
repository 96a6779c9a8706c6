// What plugins are built from: patterns, filters, failures, strided arrays, settings, outcomes, calls.
#include "failure.hpp"

#include <eventcore/plugin/append.hpp>
#include <eventcore/plugin/call.hpp>
#include <eventcore/plugin/export.hpp>
#include <eventcore/plugin/filter.hpp>
#include <eventcore/plugin/settings.hpp>
#include <eventcore/plugin/strided.hpp>

#include <limits>
#include <new>
#include <string>
#include <vector>

namespace {

using namespace ec::plugin;
using ec::test::contains;
using ec::test::failure_of;

TEST(Glob, Matches) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"*", ""},
      {"*", "a/b"},
      {"**", "x"},
      {"a*", "a"},
      {"a*c", "abbbc"},
      {"a*c", "abcbc"},
      {"*a*b*", "xxaxxbxx"},
      {"account/*", "account/a/b"},
      {"?", "a"},
      {"?", "\u00fc"},
      {"a?c", "a\U0001f600c"},
      {"[abc]", "b"},
      {"[a-c]x", "bx"},
      {"[a-cx-z]", "y"},
      {"[!a]", "b"},
      {"[^a]", "\u00fc"},
      {"[\u00e0-\u00ff]", "\u00fc"},
      {"[]]", "]"},
      {"[!]]", "a"},
      {"[a-]", "-"},
      {"[-a]", "-"},
      {"[*?]", "*"},
      {"]", "]"},
      {"a]b", "a]b"},
      {"[a]*[b]", "axyb"},
      {"[[]", "["},
  };
  for (const auto& [pattern, text] : cases) {
    EXPECT_TRUE(glob_matches(pattern, text)) << pattern << " on " << text;
    EXPECT_TRUE(glob_is_closed(pattern)) << pattern;
  }
}

TEST(Glob, DoesNotMatch) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "a"},        {"a", ""},     {"a", "A"},     {"a", "ab"},   {"ab", "a"},      {"?", ""},     {"?", "ab"},
      {"??", "\u00fc"}, {"a*c", "ab"}, {"[abc]", "d"}, {"[abc]", ""}, {"[a-c]", "B"},   {"[!a]", "a"}, {"[^a-z]", "q"},
      {"[!a]", ""},     {"[]]", "a"},  {"[c-a]", "b"}, {"*x", "y"},   {"a*b*c", "acb"}, {"[a", "a"},
  };
  for (const auto& [pattern, text] : cases) EXPECT_FALSE(glob_matches(pattern, text)) << pattern << " on " << text;
}

TEST(Glob, ClosedOrNot) {
  for (const char* pattern : {"[", "a[", "[]", "[!]", "[^", "[a-", "[]a", "x[a]["})
    EXPECT_FALSE(glob_is_closed(pattern)) << pattern;
  for (const char* pattern : {"", "]", "[]]", "[!]]", "[a][b]"}) EXPECT_TRUE(glob_is_closed(pattern)) << pattern;
}

// A star that tries everything again at each place would not be done within years.
TEST(Glob, ManyStarsTakeNoTime) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "a*";
  EXPECT_FALSE(glob_matches(pattern + "b", std::string(1000, 'a')));
}

struct FilterRequest {
  std::vector<ec_str> prefixes, patterns, types;
  Filter filter() const {
    ec_read_all request{};
    request.struct_size = sizeof request;
    request.prefixes = prefixes.data();
    request.prefix_count = prefixes.size();
    request.patterns = patterns.data();
    request.pattern_count = patterns.size();
    request.types = types.data();
    request.type_count = types.size();
    return Filter(request);
  }
};

TEST(Filter, PrefixesOrPatternsAndTypes) {
  EXPECT_TRUE(FilterRequest{}.filter().passes_everything());
  EXPECT_TRUE(FilterRequest{}.filter().passes("any", "any"));
  const Filter filter =
      FilterRequest{{str("account/"), str("x")}, {str("*/1")}, {str("opened"), str("closed")}}.filter();
  EXPECT_FALSE(filter.passes_everything());
  EXPECT_TRUE(filter.passes("account/a", "opened"));
  EXPECT_TRUE(filter.passes("order/1", "closed"));
  EXPECT_TRUE(filter.passes("x", "opened"));
  EXPECT_FALSE(filter.passes("account/a", "renamed"));
  EXPECT_FALSE(filter.passes("order/2", "opened"));
  EXPECT_FALSE(filter.passes("account", "opened"));
  const Filter types = FilterRequest{{}, {}, {str("opened")}}.filter();
  EXPECT_TRUE(types.passes("any", "opened"));
  EXPECT_FALSE(types.passes("any", "open"));
}

TEST(Filter, RefusesAPatternThatIsNotClosed) {
  EXPECT_TRUE(contains(failure_of(EC_INVALID, [] { (void)FilterRequest{{}, {str("a[b")}, {}}.filter(); }),
                       "the pattern 'a[b' has a '[' without its ']'"));
}

TEST(Guard, TurnsWhatIsThrownIntoAStatus) {
  ec_error error = EC_ERROR_INIT;
  EXPECT_EQ(guard(&error, [] {}), EC_OK);
  EXPECT_EQ(error.code, EC_OK) << "untouched on success";
  EXPECT_EQ(guard(&error, [] { throw Failure(EC_UNAVAILABLE, "gone", "57P01 and more than fits", true); }),
            EC_UNAVAILABLE);
  EXPECT_STREQ(error.message, "gone");
  EXPECT_STREQ(error.native_code, "57P01 and more ");
  EXPECT_EQ(error.flags, EC_ERROR_RETRYABLE);
  EXPECT_EQ(guard(&error, [] { throw std::bad_alloc(); }), EC_NO_MEMORY);
  EXPECT_EQ(error.flags, 0U);
  EXPECT_STREQ(error.native_code, "");
  EXPECT_EQ(guard(&error, [] { throw std::out_of_range("index 7"); }), EC_INTERNAL);
  EXPECT_STREQ(error.message, "index 7");
  EXPECT_EQ(guard(&error, [] { throw 7; }), EC_INTERNAL);
  EXPECT_STREQ(error.message, "an exception of unknown type");
  EXPECT_EQ(guard(nullptr, [] { throw Failure(EC_LIMIT, "nobody listens"); }), EC_LIMIT);
}

TEST(Guard, CutsALongMessageBetweenTwoCharacters) {
  ec_error error = EC_ERROR_INIT;
  for (std::size_t before = 0; before < 4; ++before) {
    std::string text(before, 'x');
    for (int i = 0; i < 200; ++i) text += "\u20ac";
    set_error(&error, EC_INTERNAL, text);
    const std::string_view kept(error.message);
    EXPECT_TRUE(text.starts_with(kept));
    EXPECT_EQ((kept.size() - before) % 3, 0U);
    EXPECT_GT(kept.size(), sizeof error.message - 5);
  }
}

TEST(Strided, StepsOverWhatALaterVersionAppended) {
  struct Longer {
    ec_expect known;
    std::uint64_t appended;
  };
  std::vector<Longer> array(3);
  for (std::size_t i = 0; i < array.size(); ++i) array[i] = {{EC_LIT("s"), i, EC_EXPECT_EXACT, 0}, ~std::uint64_t{0}};
  const auto seen = strided<const ec_expect>(&array[0].known, array.size(), sizeof(Longer));
  ASSERT_EQ(seen.size(), 3U);
  std::uint64_t expected = 0;
  for (const ec_expect& each : seen) EXPECT_EQ(each.version, expected++);
  EXPECT_EQ(expected, 3U);
  EXPECT_EQ(seen[2].version, 2U);
  const auto none = strided<const ec_expect>(nullptr, 0, sizeof(ec_expect));
  EXPECT_EQ(none.begin(), none.end());
}

TEST(Settings, ConvertWhatTheCoreChecked) {
  const ec_setting given[] = {{EC_LIT("path"), EC_LIT("/data"), EC_LIT("bank.yaml:3:5")},
                              {EC_LIT("sync"), EC_LIT("true"), EC_LIT("default")},
                              {EC_LIT("size"), EC_LIT("4096"), EC_LIT("default")},
                              {EC_LIT("odd"), EC_LIT("12x"), EC_LIT("bank.yaml:9:1")}};
  const Settings settings(given, 4, sizeof(ec_setting));
  EXPECT_TRUE(settings.has("path"));
  EXPECT_FALSE(settings.has("none"));
  EXPECT_EQ(settings.text("path"), "/data");
  EXPECT_TRUE(settings.flag("sync"));
  EXPECT_EQ(settings.number("size"), 4096U);
  EXPECT_EQ(failure_of(EC_CONFIG, [&] { (void)settings.text("none"); }), "configuration: option 'none': is missing");
  EXPECT_EQ(failure_of(EC_CONFIG, [&] { (void)settings.number("odd"); }),
            "bank.yaml:9:1: option 'odd': '12x' is not a number");
  EXPECT_STREQ(settings.wrong("path", "is full").what(), "bank.yaml:3:5: option 'path': is full");
}

TEST(Expectations, HoldOrNot) {
  const auto with = [](std::uint32_t mode, std::uint64_t version) { return ec_expect{EC_LIT("s"), version, mode, 0}; };
  EXPECT_TRUE(holds(with(EC_EXPECT_EXACT, 3), 3));
  EXPECT_FALSE(holds(with(EC_EXPECT_EXACT, 3), 4));
  EXPECT_TRUE(holds(with(EC_EXPECT_ABSENT, 0), 0));
  EXPECT_FALSE(holds(with(EC_EXPECT_ABSENT, 0), 1));
  EXPECT_TRUE(holds(with(EC_EXPECT_EXISTS, 0), 1));
  EXPECT_FALSE(holds(with(EC_EXPECT_EXISTS, 0), 0));
  EXPECT_TRUE(holds(with(EC_EXPECT_ANY, 0), 7));
  EXPECT_FALSE(holds(with(0, 0), 0)) << "a forgotten mode is no condition that holds";
}

TEST(Expectations, AConflictTellsIndexAndVersions) {
  const ec_expect expects[] = {{EC_LIT("a"), 0, EC_EXPECT_ANY, 0}, {EC_LIT("b"), 0, EC_EXPECT_EXISTS, 0}};
  ec_append append{};
  append.expects = expects;
  append.expect_count = 2;
  append.expect_stride = sizeof(ec_expect);
  ec_error error = EC_ERROR_INIT;
  ec_outcome outcome{sizeof outcome, EC_OK, 0, 0, {}, {}, nullptr, &error};
  conflict(outcome, append, 1, 0);
  EXPECT_EQ(outcome.status, EC_CONFLICT);
  EXPECT_EQ(error.conflict_index, 1U);
  EXPECT_EQ(error.expected_version, 1U) << "1 stands for exists";
  EXPECT_EQ(error.actual_version, 0U);
  EXPECT_EQ(error.flags, EC_ERROR_RETRYABLE);
  EXPECT_STREQ(error.message, "stream 'b' has version 0, expected was that it exists");
}

TEST(Call, TellsWhenToGiveUp) {
  EXPECT_NO_THROW(Call(nullptr).check());
  ec_call raw{};
  raw.struct_size = sizeof raw;
  raw.deadline_ns = std::numeric_limits<std::uint64_t>::max();
  EXPECT_NO_THROW(Call(&raw).check());
  raw.deadline_ns = 1;
  EXPECT_TRUE(contains(failure_of(EC_TIMEOUT, [&] { Call(&raw).check(); }), "deadline"));
  raw.cancelled = [](void*) { return 1; };
  EXPECT_TRUE(contains(failure_of(EC_CANCELLED, [&] { Call(&raw).check(); }), "cancelled"))
      << "whichever is asked first";
}

// A class with the least a store must have: the tables that it does not ask for are not there.
class Least {
 public:
  static std::unique_ptr<Least> open(const Settings&, const Host&, const Call&) { throw Failure(EC_CONFIG, "never"); }
  void info(ec_info&) const {}
  void append(Appends, const Call&) { throw Failure(EC_READ_ONLY, "no writing here"); }
  std::unique_ptr<EventCursor> read(const ec_read&, const Call&) { return nullptr; }
  std::unique_ptr<EventCursor> read_all(const ec_read_all&, const Call&) { return nullptr; }
  ec_position head(const Call&) { return {0, 7}; }
  std::unique_ptr<StreamCursor> list_streams(const ec_list&, const Call&) { return nullptr; }
};

TEST(Tables, AreMadeOfWhatTheClassHas) {
  using Made = Tables<Least>;
  auto* least = new Least;
  auto* backend = reinterpret_cast<ec_backend*>(least);
  ec_error error = EC_ERROR_INIT;
  ec_position head{};
  EXPECT_EQ(Made::api.head(backend, nullptr, &head, &error), EC_OK);
  EXPECT_EQ(head.lo, 7U);
  EXPECT_EQ(Made::api.append(backend, nullptr, 0, nullptr, 0, 0, nullptr, &error), EC_READ_ONLY);
  EXPECT_STREQ(error.message, "no writing here");
  for (const char* id : {EC_EXT_CHECKPOINT, EC_EXT_LEASE, EC_EXT_SNAPSHOT, EC_EXT_NOTIFY, ""})
    EXPECT_EQ(Made::api.get_extension(backend, id), nullptr);
  Made::api.close(backend);
  EXPECT_EQ(Made::open(nullptr, 0, 0, nullptr, nullptr, &backend, &error), EC_CONFIG);
}

}  // namespace
