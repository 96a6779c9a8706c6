// Events are decoded one after the other into one object where the codec allows it; nobody must notice. And strings are
// read eight bytes at a time; nobody must notice that either.
#include "support.hpp"

#include <optional>

namespace {

struct Tagged {
  std::string name;
  std::optional<std::string> tag;
  std::vector<int> numbers;
};
EC_EVENT(Tagged, "tagged", name, tag, numbers)

// Its codec only adds to what is there, as a codec may that does not say `overwrites`.
struct Counted {
  std::string letters;
};
EC_EVENT(Counted, "counted")

}  // namespace

template <>
struct ec::Codec<Counted> {
  static constexpr std::uint32_t encoding = EC_ENCODING_BYTES;
  static void encode(const Counted& event, std::string& out) { out += event.letters; }
  static ec::Result<> decode(std::string_view bytes, std::uint32_t, Counted& event) {
    event.letters += bytes;
    return {};
  }
};

namespace {

using typed::open_memory;

struct Collect {
  ec::StreamId stream{"collected"};
  std::vector<std::string>* seen = nullptr;

  using Streams = ec::StreamSet<&Collect::stream>;
  using Events = ec::Events<Tagged, Counted>;
  struct State {};

  void apply(State&, const ec::Recorded<Tagged>& e) const {
    seen->push_back(e->name + "," + e->tag.value_or("none") + "," + std::to_string(e->numbers.size()));
  }
  void apply(State&, const ec::Recorded<Counted>& e) const { seen->push_back(e->letters); }
  ec::Result<> decide(const State&, ec::Decision<Collect>& out) const {
    if (!seen->empty()) return {};
    out.write<&Collect::stream>(Tagged{"first", "tag", {1, 2}});
    out.write<&Collect::stream>(Counted{"a"});
    out.write<&Collect::stream>(Tagged{"second", {}, {}});
    out.write<&Collect::stream>(Counted{"b"});
    return {};
  }
};

TEST(Decoding, NothingOfAnEventIsLeftInTheNext) {
  ec::Store store = open_memory();
  std::vector<std::string> seen;
  ASSERT_TRUE(ec::execute(store, Collect{.seen = &seen}));
  ASSERT_TRUE(ec::execute(store, Collect{.seen = &seen}));
  EXPECT_EQ(seen, (std::vector<std::string>{"first,tag,2", "a", "second,none,0", "b"}));
}

// Each byte at each place of strings around one, two and three times eight bytes.
TEST(Decoding, AByteMeansTheSameAtEachPlaceOfAString) {
  for (std::size_t size = 1; size <= 25; ++size)
    for (std::size_t place = 0; place < size; ++place)
      for (unsigned byte = 0; byte < 256; ++byte) {
        std::string text(size, 'x');
        text[place] = static_cast<char>(byte);
        std::string read;
        const auto done = ec::json::read('"' + text + '"', read);
        const bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
        ASSERT_EQ(done.has_value(), plain) << "byte " << byte << " at " << place << " of " << size;
        if (plain) {
          ASSERT_EQ(read, text);
        }
      }
}

struct Written {
  const char* text;
  const char* meant;  // null: it is an error
};

TEST(Decoding, EscapesAndLongCharactersAreReadAtEachPlace) {
  for (const Written& written :
       {Written{"\\\"", "\""}, Written{"\\\\", "\\"}, Written{"\\u00e9", "\u00e9"}, Written{"\u00e9", "\u00e9"},
        Written{"\U0001F600", "\U0001F600"}, Written{"\xC3", nullptr}})
    for (std::size_t before = 0; before <= 17; ++before)
      for (std::size_t after = 0; after <= 17; ++after) {
        const auto between = [&](const char* text) { return std::string(before, 'x').append(text).append(after, 'y'); };
        std::string read;
        const auto done = ec::json::read(std::string(1, '"').append(between(written.text)).append(1, '"'), read);
        ASSERT_EQ(done.has_value(), written.meant != nullptr) << written.text << " behind " << before;
        if (done) {
          ASSERT_EQ(read, between(written.meant));
        }
      }
}

TEST(Decoding, NamesAreFoundHoweverTheyAreWritten) {
  const std::string wanted = R"("name":"n","tag":"t","numbers":[1])";
  for (const std::string& text :
       {std::string("{" + wanted + "}"), std::string(R"({ "name" : "n" , "tag" : "t" , "numbers" : [ 1 ] })"),
        std::string(R"({"numbers":[1],"t\u0061g":"t","name":"n"})"),
        std::string(R"({"nam":0,"name_":[],"":{},"name":"n","tag":"t","numbers":[1]})")}) {
    Tagged event;
    const auto done = ec::json::read(text, event);
    ASSERT_TRUE(done.has_value()) << text << ": " << done.error().message;
    EXPECT_EQ(event.name, "n");
    EXPECT_EQ(event.tag, "t");
    EXPECT_EQ(event.numbers, std::vector<int>{1});
  }
  for (const char* text : {R"({"name":"n","name":"n","numbers":[]})", R"({"name":"n","n\u0061me":"n","numbers":[]})",
                           R"({"name":"n" "numbers":[]})", R"({"name";"n","numbers":[]})", R"({"name)"}) {
    Tagged event;
    EXPECT_FALSE(ec::json::read(text, event)) << text;
  }
}

}  // namespace
