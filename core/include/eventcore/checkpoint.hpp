// How far a reader has come, kept in the store under a name.
//
//   ec::Result<> remember(ec::Store& store, ec::Position position) {
//     return ec::save_checkpoint(store, "mailer", position);
//   }
#pragma once

#include <eventcore/store.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace ec {

// Nothing when none was saved under that name; any other reason not to have it is an error. Names: 1 to 255 bytes of
// UTF-8 without control characters.
inline Result<std::optional<Position>> load_checkpoint(Store& store, std::string_view name, const Call& call = {}) {
  const ec_call raw = detail::to_raw(call);
  ec_position position{};
  ec_error error = EC_ERROR_INIT;
  const ec_status status = ec_store_checkpoint_load(store.raw(), detail::str(name), &raw, &position, &error);
  if (status == EC_NOT_FOUND) return std::optional<Position>();
  if (status != EC_OK) return std::unexpected(detail::to_error(error));
  return std::optional(Position::from(position));
}

// `fence` is that of the lease of the same name (lease.hpp), 0 without one: `fenced` when a higher one was granted since.
// `invalid` for a position above the head.
inline Result<> save_checkpoint(Store& store, std::string_view name, Position position, std::uint64_t fence = 0,
                                const Call& call = {}) {
  const ec_call raw = detail::to_raw(call);
  ec_error error = EC_ERROR_INIT;
  if (ec_store_checkpoint_save(store.raw(), detail::str(name), position.raw(), fence, &raw, &error) != EC_OK)
    return std::unexpected(detail::to_error(error));
  return {};
}

// Fine also when there was none.
inline Result<> remove_checkpoint(Store& store, std::string_view name, std::uint64_t fence = 0, const Call& call = {}) {
  const ec_call raw = detail::to_raw(call);
  ec_error error = EC_ERROR_INIT;
  if (ec_store_checkpoint_remove(store.raw(), detail::str(name), fence, &raw, &error) != EC_OK)
    return std::unexpected(detail::to_error(error));
  return {};
}

}  // namespace ec
