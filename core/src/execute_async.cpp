#include "async_execution.hpp"
#include "first_release.hpp"
#include "requests.hpp"
#include "store.hpp"

#include <string>
#include <system_error>

extern "C" ec_status ec_store_execute_async(ec_store* store, const ec_command* command,
                                            const ec_execute_options* options, const ec_call* call,
                                            const ec_executor* executor,
                                            void (*done)(void* ctx, ec_status status, const ec_error* error), void* ctx,
                                            ec_error* error) {
  using namespace ec::core;
  return guard_call(store, error, [&] {
    const ec_command whole = checked(*command);
    const ec_execute_options known = checked(options);
    if (executor != nullptr) {
      check_size(executor->struct_size, first_size<ec_executor>, "ec_executor");
      if (executor->post == nullptr) throw ec::plugin::Failure(EC_INVALID, "ec_executor: post must be there");
    }
    if (call != nullptr) check_size(call->struct_size, first_size<ec_call>, "ec_call");
    if (done == nullptr) throw ec::plugin::Failure(EC_INVALID, "done must be there: it is the only answer");
    try {
      AsyncExecution::start(*store, store->in_flight(), whole, known, call, executor, done, ctx);
    } catch (const std::system_error& problem) {
      throw ec::plugin::Failure(EC_UNAVAILABLE,
                                std::string("the store's threads could not be started: ") + problem.what(), {}, true);
    }
    return EC_OK;
  });
}
