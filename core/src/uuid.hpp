// UUIDv7 (RFC 9562): 48 bits of milliseconds, then 74 random ones. Made without a system call in the usual case.
#pragma once

#include <eventcore/abi/base.h>

#include <cstdint>
#include <string>

namespace ec::core {

ec_uuid make_uuid();
std::string to_text(const ec_uuid& uuid);  // 8-4-4-4-12 hexadecimal digits

// A random number that differs between threads and between a process and its fork.
std::uint64_t random_bits();

}  // namespace ec::core
