// The plugin's own table: calls with several appends, as only libeventcore makes them otherwise.
#pragma once

#include <eventcore/eventcore.hpp>

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace ec::test {

struct Request {
  std::vector<Expect> expects;
  std::vector<NewEvent> events;
  Uuid commit_id{};
  std::uint32_t flags = 0;
};

struct Outcome {
  ec_status status = EC_INTERNAL;
  bool repeated = false;
  std::uint64_t first = 0, last = 0;
  std::vector<std::uint64_t> versions;
  std::uint64_t actual_version = 0;  // of a conflict
  std::uint32_t conflict_index = 0;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};
void PrintTo(const Outcome& outcome, std::ostream* out);

class Backend {
 public:
  // The plugin of that name in `folder`; `options` replace the defaults, in the form in which a plugin gets them.
  Backend(const std::string& folder, const std::string& name, const std::map<std::string, std::string>& options);
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  ~Backend();

  // All in one call.
  std::vector<Outcome> append(const std::vector<Request>& requests);

 private:
  const ec_plugin* plugin_;
  ec_backend* backend_ = nullptr;
};

}  // namespace ec::test
