// Carries out transfers without a thread for each: one thread, on which so many coroutines are under way. Another one
// reads them, at most so many ahead of the last that is not done.
#pragma once

#include "progress.hpp"
#include "source.hpp"
#include "stop.hpp"
#include "worker.hpp"

namespace bank {

// Until the source ends or stop is requested; a failure of the store is such a request.
void keep_in_flight(ec::Store& store, Source& source, Stop& stop, Accounts& accounts, Worker& worker,
                    Progress& progress, unsigned count);

}  // namespace bank
