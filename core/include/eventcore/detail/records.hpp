// Small structs kept in the store as JSON, each under a name, changed by compare-and-set.
#pragma once

#include <eventcore/json_read.hpp>
#include <eventcore/json_write.hpp>
#include <eventcore/store.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace ec::detail {

// An error may quote bytes of the event that it is about; JSON takes none that are no UTF-8.
inline std::string readable(std::string text) {
  if (ec_utf8_check(str(text)) == 0)
    for (char& each : text)
      if (static_cast<unsigned char>(each) >= 0x80) each = '?';
  return text;
}

template <class T>
struct Record {
  T value{};
  std::uint64_t etag = 0;  // 0: there is none
};

inline Result<Record<std::string>> load_text(Store& store, const std::string& name, const Call& call) {
  const ec_call raw = to_raw(call);
  ec_blob* blob = nullptr;
  ec_bytes bytes{};
  ec_error error = EC_ERROR_INIT;
  Record<std::string> text;
  const ec_status status = ec_store_snapshot_load(store.raw(), str(name), &raw, &blob, &bytes, &text.etag, &error);
  if (status == EC_NOT_FOUND) return Record<std::string>{};
  if (status != EC_OK) return std::unexpected(to_error(error));
  text.value = view(bytes);
  ec_store_snapshot_release(store.raw(), blob);
  return text;
}

template <class T>
Result<Record<T>> load_record(Store& store, const std::string& name, const Call& call) {
  const auto text = load_text(store, name, call);
  if (!text) return std::unexpected(text.error());
  Record<T> record{{}, text->etag};
  if (text->etag == 0) return record;
  if (const auto read = json::read(text->value, record.value); !read)
    return std::unexpected(Error{Code::corrupt, "record '" + name + "': " + read.error().message});
  return record;
}

// The same of what can be made anew: a damaged one is empty, and can be replaced.
template <class T>
Result<Record<T>> load_record_leniently(Store& store, const std::string& name, const Call& call) {
  const auto text = load_text(store, name, call);
  if (!text) return std::unexpected(text.error());
  Record<T> record{{}, text->etag};
  if (text->etag != 0 && !json::read(text->value, record.value)) record.value = T{};
  return record;
}

// Gives the new etag; `conflict` when the present one is another.
template <class T>
Result<std::uint64_t> save_record(Store& store, const std::string& name, const T& value, std::uint64_t etag,
                                  const Call& call) {
  std::string text;
  json::write(text, value);
  if (ec_utf8_check(str(text)) == 0)  // nobody could read it again
    return std::unexpected(Error{Code::invalid, "record '" + name + "': a text in it is not valid UTF-8"});
  const ec_call raw = to_raw(call);
  std::uint64_t made = 0;
  ec_error error = EC_ERROR_INIT;
  if (ec_store_snapshot_save(store.raw(), str(name), bytes(text), etag, &raw, &made, &error) != EC_OK)
    return std::unexpected(to_error(error));
  return made;
}

// `change(T&)` says whether there is something to store, or why not; it is asked again when somebody else was faster.
// Gives the record as it then is.
template <class T, class Change>
Result<T> change_record(Store& store, const std::string& name, Change&& change, const Call& call) {
  for (;;) {
    auto record = load_record<T>(store, name, call);
    if (!record) return std::unexpected(std::move(record.error()));
    const Result<bool> is_changed = change(record->value);
    if (!is_changed) return std::unexpected(is_changed.error());
    if (!*is_changed) return std::move(record->value);
    const auto saved = save_record(store, name, record->value, record->etag, call);
    if (saved) return std::move(record->value);
    if (saved.error().code != Code::conflict) return std::unexpected(saved.error());
  }
}

}  // namespace ec::detail
