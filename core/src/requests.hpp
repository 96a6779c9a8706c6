// The door: every request is checked here against the contract before a plugin sees it, so that plugins need not.
#pragma once

#include <eventcore/abi/command.h>
#include <eventcore/abi/event_store.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ec::core {

// Each throws plugin::Failure (EC_INVALID, EC_LIMIT) that says which part of the request is wrong.
void check_append(const ec_append& append, const ec_info& info);
void check_events(const ec_new_event* events, std::size_t count, std::size_t stride, std::size_t stream_count,
                  const ec_info& info);
void check_read(const ec_read& request);
void check_read_all(const ec_read_all& request);
void check_list(const ec_list& request);

// Refuses a struct or an array element that is smaller than the first released one.
void check_size(std::size_t given, std::size_t needed, const char* what);
// The same for the stride of an array whose elements hold 64 bits: the second one, too, must be aligned.
void check_stride(std::size_t stride, std::size_t needed, const char* what);
// What is NULL must be empty.
void check_bytes(const void* data, std::size_t size, const char* what);
std::string_view checked(ec_str text, const char* what);
// What is to be executed, whole.
ec_command checked(const ec_command& command);
ec_execute_options checked(const ec_execute_options* options);
void check_flags(std::uint32_t flags, std::uint32_t known, const char* what);

}  // namespace ec::core
