// The filter of read_all means the same everywhere: prefixes, patterns, types, and how they go together.
#include "contract.hpp"

#include <algorithm>

namespace ec::conformance {
namespace {

using Texts = std::vector<std::string>;

class FilterOf : public Contract {
 protected:
  // One event in each of these streams; its payload is the stream's name.
  void write_to(const Texts& names, const std::string& type = "happened") const {
    for (const std::string& name : names) written({Expect::any(stream(name))}, {event(0, name, type)});
  }
  Texts matched_by(const std::string& pattern) const { return read_all({.patterns = {prefix() + pattern}}).payloads(); }
};

struct Glob {
  const char* pattern;
  Texts names;
};

TEST_F(FilterOf, APatternMatchesTheWholeId) {
  write_to({"a", "ab", "ba", "bab"});
  EXPECT_EQ(matched_by("a"), Texts{"a"});
  EXPECT_EQ(matched_by("a*"), (Texts{"a", "ab"}));
  EXPECT_EQ(matched_by("*a"), (Texts{"a", "ba"}));
  EXPECT_EQ(matched_by("*a*"), (Texts{"a", "ab", "ba", "bab"}));
  EXPECT_EQ(matched_by("b"), Texts{});
}

TEST_F(FilterOf, AStarIsAnyRunOfCharactersAlsoNoneAlsoSlashes) {
  write_to({"", "x", "x/y", "x/y/z", "/", "xy"});
  EXPECT_EQ(matched_by("*"), (Texts{"", "x", "x/y", "x/y/z", "/", "xy"})) << "a star matches slashes, too";
  EXPECT_EQ(matched_by("x*"), (Texts{"x", "x/y", "x/y/z", "xy"}));
  EXPECT_EQ(matched_by("x*y"), (Texts{"x/y", "xy"}));
  EXPECT_EQ(matched_by("x/*"), (Texts{"x/y", "x/y/z"}));
  EXPECT_EQ(matched_by("**"), matched_by("*"));
  EXPECT_EQ(matched_by("x*/*z"), Texts{"x/y/z"});
}

TEST_F(FilterOf, AStarGivesBackWhatItTookTooMuch) {
  write_to({"aXbXc", "aXbXd", "abcabd", "mississippi"});
  EXPECT_EQ(matched_by("a*X*c"), Texts{"aXbXc"});
  EXPECT_EQ(matched_by("a*bd"), Texts{"abcabd"});
  EXPECT_EQ(matched_by("m*iss*ippi"), Texts{"mississippi"});
  EXPECT_EQ(matched_by("m*iss*ipp"), Texts{});
}

TEST_F(FilterOf, AQuestionMarkIsOneCodePoint) {
  write_to({"a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x92\xB0", "ab", "e\xCC\x81", "/"});
  EXPECT_EQ(matched_by("?"), (Texts{"a", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x92\xB0", "/"}))
      << "a question mark matches one code point";
  EXPECT_EQ(matched_by("??"), (Texts{"ab", "e\xCC\x81"}));
  EXPECT_EQ(matched_by("???"), Texts{});
}

TEST_F(FilterOf, ASetIsOneOfItsCharacters) {
  write_to({"a", "b", "c", "d", "\xC3\xA9", "\xC3\xB6", "ab"});
  const Glob globs[] = {{"[abc]", {"a", "b", "c"}},
                        {"[a]", {"a"}},
                        {"[a-c]", {"a", "b", "c"}},
                        {"[a-bd]", {"a", "b", "d"}},
                        {"[c-a]", {}},
                        {"[\xC3\xA9]", {"\xC3\xA9"}},
                        {"[\xC3\xA0-\xC3\xBF]", {"\xC3\xA9", "\xC3\xB6"}},
                        {"[b-\xC3\xB0]", {"b", "c", "d", "\xC3\xA9"}}};
  for (const Glob& glob : globs) EXPECT_EQ(matched_by(glob.pattern), glob.names) << glob.pattern;
}

TEST_F(FilterOf, AnInvertedSetIsOneCharacterThatIsNotInIt) {
  write_to({"a", "b", "c", "!", "^", "\xC3\xA9", "", "bb"});
  for (const char* pattern : {"[!ab]", "[^ab]"})
    EXPECT_EQ(matched_by(pattern), (Texts{"c", "!", "^", "\xC3\xA9"})) << pattern << " matches what is not in it";
  for (const char* pattern : {"[!a-c]", "[^a-c]"})
    EXPECT_EQ(matched_by(pattern), (Texts{"!", "^", "\xC3\xA9"})) << pattern;
  EXPECT_EQ(matched_by("[a!^]"), (Texts{"a", "!", "^"}));
}

TEST_F(FilterOf, ABracketRightAfterTheOpeningCountsAsItself) {
  write_to({"a", "b", "ax"});
  EXPECT_EQ(matched_by("[]a]"), Texts{"a"});
  EXPECT_EQ(matched_by("[!]a]"), Texts{"b"});
  EXPECT_EQ(matched_by("[^]a]"), Texts{"b"});
  EXPECT_EQ(matched_by("[]a]x"), Texts{"ax"});
  EXPECT_EQ(matched_by("[]]"), Texts{});
}

TEST_F(FilterOf, APatternThatIsNotClosedIsRefused) {
  for (const char* pattern : {"[", "a[b", "[]", "[!]", "[^]", "[a]b[c"}) {
    const auto cursor = store().read_all({.patterns = {pattern}});
    ASSERT_FALSE(cursor) << pattern;
    EXPECT_EQ(cursor.error().code, Code::invalid) << pattern;
    EXPECT_NE(cursor.error().message.find(pattern), std::string::npos) << cursor.error().message;
  }
}

TEST_F(FilterOf, EveryOtherCharacterStandsForItself) {
  write_to({"a.b", "axb", "a%b", "a_b", "a\\b", "a+b", "aab", "(a|b)", "{a,b}", "a", "b", "^a", "a$", "\\a"});
  for (const char* name : {"a.b", "a%b", "a_b", "a\\b", "a+b", "(a|b)", "{a,b}", "^a", "a$", "\\a"})
    EXPECT_EQ(matched_by(name), Texts{name});
  EXPECT_EQ(matched_by("a\\?"), Texts{"a\\b"}) << "a backslash takes no meaning away";
}

TEST_F(FilterOf, CaseMatters) {
  write_to({"a", "A", "\xC3\xA9", "\xC3\x89"});
  write_to({"t"}, "Type");
  EXPECT_EQ(matched_by("a"), Texts{"a"});
  EXPECT_EQ(matched_by("[a-z]"), (Texts{"a", "t"}));
  EXPECT_EQ(matched_by("[A-Z]"), Texts{"A"});
  EXPECT_EQ(matched_by("\xC3\xA9"), Texts{"\xC3\xA9"});
  EXPECT_EQ(read_all({.prefixes = {prefix() + "A"}}).payloads(), Texts{"A"}) << "case matters in prefixes";
  EXPECT_EQ(read_all({.prefixes = {prefix()}, .types = {"type"}}).payloads(), Texts{});
  EXPECT_EQ(read_all({.prefixes = {prefix()}, .types = {"Type"}}).payloads(), Texts{"t"});
}

TEST_F(FilterOf, APatternOfManyStarsEndsInGoodTime) {
  const std::string name(150, 'a');
  write_to({name});
  EXPECT_EQ(matched_by("*a*a*a*a*a*a*a*a*a*a*a*a*b"), Texts{});
  EXPECT_EQ(matched_by("*a*a*a*a*a*a*a*a*a*a*a*a*"), Texts{name});
}

TEST_F(FilterOf, PrefixesAreNoPatterns) {
  write_to({"a", "ab", "a%c", "axc"});
  EXPECT_EQ(read_all({.prefixes = {prefix() + "a*"}}).payloads(), Texts{});
  EXPECT_EQ(read_all({.prefixes = {prefix() + "a%"}}).payloads(), Texts{"a%c"}) << "a prefix is no pattern";
  EXPECT_EQ(read_all({.prefixes = {prefix() + "a"}}).payloads(), (Texts{"a", "ab", "a%c", "axc"}));
}

TEST_F(FilterOf, APrefixOrAPatternIsEnough) {
  write_to({"a1", "b1", "c1", "d1", "a2"});
  const Filter filter{.prefixes = {prefix() + "a", prefix() + "a1"}, .patterns = {prefix() + "?1", prefix() + "b*"}};
  EXPECT_EQ(read_all(filter).payloads(), (Texts{"a1", "b1", "c1", "d1", "a2"}));
  EXPECT_EQ(read_all({.prefixes = {prefix() + "b"}, .patterns = {prefix() + "a?"}}).payloads(),
            (Texts{"a1", "b1", "a2"}));
}

TEST_F(FilterOf, OneOfTheTypesIsEnoughAndTheStreamMustPassToo) {
  write_to({"a", "b"}, "first");
  write_to({"a", "c"}, "second");
  write_to({"a"}, "first and more");
  EXPECT_EQ(read_all({.prefixes = {prefix()}, .types = {"first", "second"}}).payloads(), (Texts{"a", "b", "a", "c"}))
      << "an event passes only if its type is asked for";
  EXPECT_EQ(read_all({.prefixes = {prefix() + "a"}, .types = {"first"}}).payloads(), Texts{"a"});
  EXPECT_EQ(read_all({.patterns = {prefix() + "[bc]"}, .types = {"second"}}).payloads(), Texts{"c"});
  EXPECT_EQ(read_all({.prefixes = {prefix()}, .types = {"fir", "first*"}}).payloads(), Texts{});
}

TEST_F(FilterOf, TypesAloneLookAtEveryStream) {
  const std::string type = "type of " + prefix();
  write_to({"a"}, type);
  write_to({"b"});
  write_to({"c"}, type);
  EXPECT_EQ(read_all({.types = {type}}).payloads(), (Texts{"a", "c"}));
  EXPECT_EQ(read_all({.types = {type}}, {}, {.backward = true}).payloads(), (Texts{"c", "a"}));
}

TEST_F(FilterOf, WhatItLeavesOutIsLeftOutBackwardToo) {
  write_to({"a", "b", "a", "c", "a"});
  EXPECT_EQ(read_all({.patterns = {prefix() + "[!a]"}}, {}, {.backward = true}).payloads(), (Texts{"c", "b"}));
}

}  // namespace
}  // namespace ec::conformance
