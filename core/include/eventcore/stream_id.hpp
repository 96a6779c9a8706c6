// The name of a stream: 1 to 255 bytes of UTF-8, no control characters, none of * ? [ ], not beginning with $.
//
//   const ec::StreamId account("account/alice");
//   const ec::Result<ec::StreamId> checked = ec::StreamId::parse("account/*");  // an error that says what is wrong
#pragma once

#include <eventcore/error.hpp>

#include <compare>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace ec {

class StreamId {
 public:
  // Not checked here: every call checks the ids it is given and names the one that is wrong. An empty one stands for
  // none.
  StreamId() = default;
  explicit StreamId(std::string text) : text_(std::move(text)) {}

  // Checked at once, for ids that come from outside.
  static Result<StreamId> parse(std::string text) {
    ec_error error = EC_ERROR_INIT;
    if (ec_stream_id_check(detail::str(text), &error) != EC_OK) return std::unexpected(detail::to_error(error));
    return StreamId(std::move(text));
  }

  const std::string& str() const { return text_; }
  bool empty() const { return text_.empty(); }

  // Byte by byte.
  friend bool operator==(const StreamId&, const StreamId&) = default;
  friend std::strong_ordering operator<=>(const StreamId&, const StreamId&) = default;
  friend bool operator==(const StreamId& id, std::string_view text) { return id.text_ == text; }

 private:
  std::string text_;
};

}  // namespace ec

template <>
struct std::hash<ec::StreamId> {
  std::size_t operator()(const ec::StreamId& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
