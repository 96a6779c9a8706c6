// Bytes as text, by RFC 4648, section 4, with padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cli {

void append_base64(std::string& out, std::string_view bytes);

// Nothing when the text is not exactly what append_base64 makes of some bytes.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace cli
