// What may be a stream id, an event type or a name; the rules stand in abi/stream_set.h and abi/extensions.h.
#pragma once

#include <eventcore/abi/base.h>

#include <string_view>

namespace ec::core {

// Each throws plugin::Failure (EC_INVALID, EC_LIMIT when too long) that shows the text and says what is wrong with it.
void check_stream_id(std::string_view id);
void check_event_type(std::string_view type);
void check_name(std::string_view name, const char* what);  // of a checkpoint, a lease, a snapshot
void check_filter_text(std::string_view text, const char* what);

// Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// For messages: control characters and broken bytes as \xNN, long texts cut.
std::string printable(std::string_view text);

}  // namespace ec::core
