// The small values: stream ids, UUIDs, positions, formatted texts, metadata.
#include "support.hpp"

namespace {

TEST(StreamId, ParseChecksWhatComesFromOutside) {
  EXPECT_EQ(ec::StreamId::parse("account/\u00fc").value().str(), "account/\u00fc");
  EXPECT_FAILS(ec::StreamId::parse(""), ec::Code::invalid, "is empty");
  EXPECT_FAILS(ec::StreamId::parse("account/*"), ec::Code::invalid, "'account/*': has a '*'");
  EXPECT_FAILS(ec::StreamId::parse("$all"), ec::Code::invalid, "begins with '$'");
  EXPECT_FAILS(ec::StreamId::parse("a\nb"), ec::Code::invalid, "'a\\x0ab': has a control character");
  EXPECT_FAILS(ec::StreamId::parse("\xff"), ec::Code::invalid, "not valid UTF-8");
  EXPECT_FAILS(ec::StreamId::parse(std::string(256, 'x')), ec::Code::limit, "256 bytes, at most 255");
}

TEST(StreamId, ComparesByteByByte) {
  EXPECT_LT(ec::StreamId("a"), ec::StreamId("b"));
  EXPECT_LT(ec::StreamId("Z"), ec::StreamId("a"));
  EXPECT_EQ(ec::StreamId("a"), "a");
  EXPECT_EQ(std::hash<ec::StreamId>{}(ec::StreamId("a")), std::hash<ec::StreamId>{}(ec::StreamId("a")));
}

TEST(Uuid, TextAndBack) {
  const ec::Uuid made = ec::Uuid::make();
  EXPECT_FALSE(made.is_zero());
  EXPECT_EQ(ec::Uuid::parse(made.str()), made);
  EXPECT_EQ(ec::Uuid{}.str(), "00000000-0000-0000-0000-000000000000");
  EXPECT_EQ(ec::Uuid::parse("01234567-89AB-cdef-0123-456789abcdef")->str(), "01234567-89ab-cdef-0123-456789abcdef");
}

TEST(Uuid, AnythingElseIsNoUuid) {
  for (const char* text : {"", "0123", "01234567-89ab-cdef-0123-456789abcdeg", "0123456789abcdef0123456789abcdef----",
                           "01234567-89ab-cdef-0123-456789abcdef0", "01234567+89ab-cdef-0123-456789abcdef"})
    EXPECT_FALSE(ec::Uuid::parse(text).has_value()) << text;
}

TEST(Position, OrderAndText) {
  EXPECT_LT((ec::Position{0, 9}), (ec::Position{1, 0}));
  EXPECT_EQ((ec::Position{0, 17}).str(), "17");
  EXPECT_EQ((ec::Position{3, 17}).str(), "3.17");
  EXPECT_EQ(ec::Position::from((ec::Position{3, 17}).raw()), (ec::Position{3, 17}));
}

enum class Level : std::uint8_t { low = 3 };

TEST(Format, EachPlaceTakesTheNextValue) {
  EXPECT_EQ(ec::format("nothing to put in"), "nothing to put in");
  EXPECT_EQ(ec::format("{}", std::int64_t{-7}), "-7");
  EXPECT_EQ(ec::format("{}{} {}, {}!", 'a', true, 2.5, "text"), "atrue 2.5, text!");
  EXPECT_EQ(ec::format("{} {} {}", ec::StreamId("a"), ec::Position{0, 1}, Level::low), "a 1 3");
  EXPECT_EQ(ec::format("{} stays {", std::string("{}")), "{} stays {") << "what was put in is not looked at again";
}

TEST(Metadata, StoredAsOneObjectAndReadBack) {
  ec::Metadata metadata;
  EXPECT_EQ(metadata.encode(), "");
  EXPECT_EQ(ec::Metadata::decode("").value(), metadata);
  metadata.correlation_id = "order-17";
  metadata.causation_id = "message-3";
  metadata.actor = "\u00fcser \"x\"";
  metadata.other = {{"tenant", "north"}, {"empty", ""}};
  EXPECT_EQ(ec::Metadata::decode(metadata.encode()).value(), metadata);
  EXPECT_EQ(metadata.encode().front(), '{');
}

TEST(Metadata, WhatIsNoObjectOfTextsIsAnError) {
  EXPECT_FAILS(ec::Metadata::decode("[1]"), ec::Code::corrupt, "an object is needed");
  EXPECT_FAILS(ec::Metadata::decode(R"({"actor":1})"), ec::Code::corrupt, "a string is needed");
}

TEST(Error, NamesAndKinds) {
  EXPECT_STREQ(ec::name_of(ec::Code::in_doubt), "IN_DOUBT");
  EXPECT_STREQ(ec::name_of(static_cast<ec::Code>(999)), "UNKNOWN");
  EXPECT_TRUE((ec::Error{ec::Code::conflict, ""}).is_conflict());
  EXPECT_TRUE((ec::Error{ec::Code::rejected, ""}).is_rejected());
  EXPECT_TRUE((ec::Error{ec::Code::in_doubt, ""}).is_in_doubt());
}

}  // namespace
