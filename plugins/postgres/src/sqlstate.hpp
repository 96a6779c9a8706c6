// What a server's error means in the words of the contract.
#pragma once

#include <eventcore/plugin/failure.hpp>

#include <libpq-fe.h>
#include <string>
#include <string_view>

namespace ec::postgres {

// Of a statement that the server has refused. `doing`: what it was for ("appending").
plugin::Failure failure_of(const PGresult* result, const std::string& location, std::string_view doing);

// Of a connection attempt; the text is libpq's, with the SQLSTATE in it where the server gave one.
plugin::Failure connect_failure(std::string_view text, const std::string& location);

// "FATAL" or "PANIC", in English whatever the server speaks: the connection has ended with it.
bool is_fatal(const PGresult* result);

}  // namespace ec::postgres
