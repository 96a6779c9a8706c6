// What is looked at when the store is opened: is the server one that the contract can be kept on?
#pragma once

#include "connection.hpp"

namespace ec::postgres {

struct Health {
  bool durable;  // the server keeps what it acknowledges through a crash
  ec_uuid store_id;
};

// Throws a Failure when the store cannot be used; logs what should be known of it.
Health check_health(const Config& config, const plugin::Host& host, Connection& connection, const plugin::Call& call);

}  // namespace ec::postgres
