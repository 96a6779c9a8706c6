#include "pooler.hpp"

#include <csignal>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace ec::postgres::test {

namespace {

constexpr const char* program = "/usr/sbin/pgbouncer";

std::string free_port() {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  const bool bound = bind(descriptor, raw, size) == 0 && getsockname(descriptor, raw, &size) == 0;
  close(descriptor);
  if (!bound) throw std::runtime_error("no free port");
  return std::to_string(ntohs(address.sin_port));
}

}  // namespace

bool Pooler::is_installed() { return access(program, X_OK) == 0; }

Pooler::Pooler(int sessions) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> server(PQconnectdb(shared_dsn().c_str()), PQfinish);
  if (PQstatus(server.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(server.get()));
  const std::string port = free_port();
  const std::string users =
      folder_.write("users", std::string("\"") + PQuser(server.get()) + "\" \"" + PQpass(server.get()) + "\"\n");
  std::string configuration = folder_.write(
      "pgbouncer.ini", std::string("[databases]\n* = host=127.0.0.1 port=") + PQport(server.get()) +
                           "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " + port +
                           "\nunix_socket_dir =\nauth_type = scram-sha-256\nauth_file = " + users +
                           "\npool_mode = transaction\ndefault_pool_size = " + std::to_string(sessions) + "\n");
  std::string name = program, quiet = "-q", as = "-u", user = "postgres";
  std::vector<char*> arguments{name.data(), quiet.data()};
  if (geteuid() == 0) {  // it does not run as root
    arguments.insert(arguments.end(), {as.data(), user.data()});
  }
  arguments.insert(arguments.end(), {configuration.data(), nullptr});
  if (posix_spawn(&process_, program, nullptr, nullptr, arguments.data(), environ) != 0)
    throw std::runtime_error(std::string("cannot start ") + program);
  dsn_ = with(shared_dsn(), "port", port);
  while (PQping(dsn_.c_str()) != PQPING_OK)
    if (waitpid(process_, nullptr, WNOHANG) != 0) throw std::runtime_error(std::string(program) + " has ended");
}

Pooler::~Pooler() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

}  // namespace ec::postgres::test
