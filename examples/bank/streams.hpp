// Which streams the bank has, and under which ids it commits.
#pragma once

#include <eventcore/eventcore.hpp>

#include <string>
#include <string_view>

namespace bank {

inline constexpr std::string_view account_prefix = "account/";

inline ec::StreamId stream_of(std::string_view account) {
  return ec::StreamId(std::string(account_prefix).append(account));
}

// The same id for the same name, in every run and on every machine, so what is done again under it is done once. A
// UUIDv8 (RFC 9562: its bits are the application's) of 122 bits of XXH3: enough against chance, not against somebody
// who looks for two names with one id.
ec::Uuid commit_id_of(std::string_view kind, std::string_view name);

}  // namespace bank
