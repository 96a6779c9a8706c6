#include "backend_append.hpp"
#include "complete_ids.hpp"
#include "first_release.hpp"
#include "requests.hpp"
#include "store.hpp"

#include <vector>

namespace ec::core {

namespace {

using plugin::Strided;

// How many of the requests from `first` on go into one call.
std::size_t next_group(const std::vector<ec_append>& requests, std::size_t first, const GroupCommit::Limits& limits) {
  std::size_t last = first;
  std::uint64_t bytes = 0;
  while (last < requests.size() && last - first < limits.max_appends) {
    bytes += plugin::bytes_of(requests[last]);
    if (last > first && bytes > limits.max_bytes) break;
    ++last;
  }
  return last - first;
}

// Without these nothing can be told by outcome.
ec_status check_arrays(Strided<const ec_append> appends, Strided<ec_outcome> outcomes, ec_error* error) {
  return plugin::guard(error, [&] {
    check_stride(appends.stride(), first_size<ec_append>, "appends");
    check_stride(outcomes.stride(), first_size<ec_outcome>, "outcomes");
    for (const ec_outcome& outcome : outcomes)
      if (outcome.error == nullptr) throw plugin::Failure(EC_INVALID, "ec_store_append_all: an outcome has no error");
  });
}

void refuse_from(Strided<ec_outcome> outcomes, std::size_t first, const ec_error& error) {
  for (std::size_t i = first; i < outcomes.size(); ++i)
    outcomes[i].status = plugin::set_error(outcomes[i].error, error.code, error.message, error.native_code,
                                           (error.flags & EC_ERROR_RETRYABLE) != 0);
}

// In as few calls as may be. `done` counts those whose outcome is there.
ec_status send(const ec_store& store, const std::vector<ec_append>& requests, Strided<ec_outcome> outcomes,
               const ec_call* call, std::size_t& done, ec_error* error) {
  while (done < requests.size()) {
    plugin::Call(call).check();
    const std::size_t group = next_group(requests, done, store.group_commit.limits());
    const ec_status status = backend_append(store.api, store.backend, &requests[done], &outcomes[done],
                                            outcomes.stride(), group, call, error);
    if (status != EC_OK) return status;
    done += group;
  }
  return EC_OK;
}

}  // namespace

}  // namespace ec::core

ec_status ec_store_append_all(ec_store* store, const ec_append* appends, size_t append_stride, ec_outcome* outcomes,
                              size_t outcome_stride, size_t count, const ec_call* call, ec_error* error) {
  using namespace ec::core;
  ec_error own = EC_ERROR_INIT;
  if (error == nullptr) error = &own;
  std::size_t done = 0;
  const Strided<const ec_append> given(appends, count, append_stride);
  const Strided<ec_outcome> told(outcomes, count, outcome_stride);
  if (const ec_status refused = check_arrays(given, told, error); refused != EC_OK) return refused;
  const ec_status status = guard_call(store, error, [&] {
    std::vector<CompleteIds> complete;
    std::vector<ec_append> requests;
    complete.reserve(count);
    requests.reserve(count);
    for (const ec_append& append : given) {
      check_append(append, store->info);
      requests.push_back(complete.emplace_back(append).get());
    }
    return send(*store, requests, told, call, done, error);
  });
  if (status != EC_OK) refuse_from(told, done, *error);
  for (const ec_outcome& outcome : told)
    if (outcome.status != EC_OK) store->host->secrets().redact(*outcome.error);
  return status;
}
