// UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random ones. Made without a system call in the usual case.
#pragma once

#include <eventcore/abi/base.h>

#include <cstddef>
#include <cstdint>

namespace ec::core {

ec_uuid make_uuid();

// 8-4-4-4-12 hexadecimal digits, so many characters.
constexpr std::size_t uuid_text_size = 36;
void put_text(const ec_uuid& uuid, char* to) noexcept;

// A random number that differs between threads and between a process and its fork.
std::uint64_t random_bits();

}  // namespace ec::core
