#include "base64.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace cli {
namespace {

std::string encoded(std::string_view bytes) {
  std::string text;
  append_base64(text, bytes);
  return text;
}

TEST(Base64, IsThatOfRfc4648) {
  const std::pair<std::string_view, std::string_view> known[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
      {"\xFB\xFF\xBF", "+/+/"},
  };
  for (const auto& [bytes, text] : known) {
    EXPECT_EQ(encoded(bytes), text);
    EXPECT_EQ(decode_base64(text), bytes);
  }
}

TEST(Base64, AddsToWhatIsThere) {
  std::string text = "before ";
  append_base64(text, "foo");
  EXPECT_EQ(text, "before Zm9v");
}

TEST(Base64, OtherTextIsRefused) {
  for (const char* wrong : {"Z", "Zg", "Zg=", "Zg===", "=", "====", "Zm8=Zm8=", "Zg==Zg==", "Z=g=", "Zh==", "Zm9=",
                            "Zm 9v", "Zm9v\n", " Zm9v", "Zm9-", "Zm_v", "Zm9\xC3"})
    EXPECT_EQ(decode_base64(wrong), std::nullopt) << wrong;
  EXPECT_EQ(decode_base64(std::string_view("Zm9\0", 4)), std::nullopt);
}

RC_GTEST_PROP(Base64, ComesBack, (const std::string& bytes)) { RC_ASSERT(decode_base64(encoded(bytes)) == bytes); }

// There is one text for each bytes.
RC_GTEST_PROP(Base64, OnlyItsOwnTextIsRead, ()) {
  const auto text = *rc::gen::container<std::string>(4, rc::gen::element('A', 'B', 'Q', '9', '/', '=', '='));
  if (const auto bytes = decode_base64(text)) RC_ASSERT(encoded(*bytes) == text);
}

}  // namespace
}  // namespace cli
