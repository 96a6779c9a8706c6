// Connection strings with a mistake in them: they are refused where they stand, and none of the password is told, for
// what libpq takes for a host or a port may be a part of it.
#include "support.hpp"

#include <algorithm>
#include <cctype>

namespace ec::postgres::test {
namespace {

struct Canary {
  std::string password;             // as somebody writes it who does not escape
  std::vector<std::string> pieces;  // of it, none of which may be told
};

const std::vector<Canary> wrong{
    {"canary@bird", {"canary", "bird"}},
    {"canary/bird", {"canary", "bird"}},
    {"canary@bird:nest", {"canary", "bird", "nest"}},
    {"canary:bird@nest", {"canary", "bird", "nest"}},
    {"canary/bird@nest", {"canary", "bird", "nest"}},
    {"canary@bird/nest", {"canary", "bird", "nest"}},
    {"canary@bird@nest", {"canary", "bird", "nest"}},
    {"canary/bird/nest", {"canary", "bird", "nest"}},
    {"canary@7777/bird", {"canary", "7777", "bird"}},
    {"7777/bird", {"7777", "bird"}},
    {"canary%bird", {"canary", "bird"}},
    {"canary#/bird", {"canary", "bird"}},
    {"@canary", {"canary"}},
    {"/canary", {"canary"}},
    {"canary/", {"canary"}},
};
// Letters like any other for libpq; @ behind all of them is the beginning of a host, which there is none of.
const std::vector<Canary> taken{
    {"canary:bird", {"canary", "bird"}}, {"canary?bird", {"canary", "bird"}}, {"canary@", {"canary"}}};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Result<Store> open_with(const std::string& password) {
  return open("postgresql://app:" + password + "@127.0.0.1:1/bank", {"connect_timeout: 100ms"});
}

void expect_secret(const std::string& text, const Canary& canary) {
  for (const std::string& piece : canary.pieces) EXPECT_FALSE(contains(lower(text), piece)) << canary.password;
}

TEST(PostgresDsn, WithAPasswordThatIsNotEscapedIsRefusedAtItsLineAndTellsNoneOfIt) {
  const Log log;
  for (const Canary& canary : wrong) {
    const std::string message = refusal(open_with(canary.password), Code::config);
    EXPECT_TRUE(contains(message, "test.yaml:4:")) << canary.password;
    EXPECT_TRUE(contains(message, "option 'dsn'")) << canary.password;
    expect_secret(message, canary);
    expect_secret(log.warnings(), canary);
  }
}

TEST(PostgresDsn, WithAPasswordThatNeedsNoEscapingTellsNoneOfIt) {
  const Log log;
  for (const Canary& canary : taken) {
    expect_secret(refusal(open_with(canary.password), Code::unavailable), canary);
    expect_secret(log.warnings(), canary);
  }
}

TEST(PostgresDsn, WithAPasswordThatIsEscapedIsTakenAsItIs) {
  for (const char* password : {"canary%40bird", "canary%3Abird", "canary%2Fbird", "canary%40bird%2Fnest%3A1"}) {
    const std::string message = refusal(open_with(password), Code::unavailable);
    EXPECT_TRUE(contains(message, "127.0.0.1:1, database bank")) << message;
    EXPECT_FALSE(contains(message, "canary")) << message;
  }
}

}  // namespace
}  // namespace ec::postgres::test
