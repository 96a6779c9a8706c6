#include "history.hpp"
#include "pair.hpp"

namespace ec::postgres::test {

Pair::Pair() : standby(primary.make_standby()) {
  primary.reload({"synchronous_standby_names=*"});
  wait_until_synchronous();
}

std::string Pair::dsn() const {
  const std::string host = "127.0.0.1:" + std::to_string(primary.port());
  const std::string both = host + ",127.0.0.1:" + std::to_string(standby->port());
  std::string dsn = primary.dsn();
  return dsn.replace(dsn.find(host), host.size(), both) + "?target_session_attrs=read-write";
}

void Pair::wait_until_synchronous() const {
  pqxx::connection connection(primary.dsn());
  until("the standby is synchronous",
        [&] { return sql(connection, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1"; });
}

}  // namespace ec::postgres::test
