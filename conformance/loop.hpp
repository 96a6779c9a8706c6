// An event loop of the plainest kind, a thread that runs what it is given, and executions driven over it.
#pragma once

#include <eventcore/execute_async.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <utility>

namespace ec::conformance {

class Loop {
 public:
  // Waits for its end, as execute does; the command's functions are called by the loop's thread.
  template <class C>
  Outcome<C> execute(Store& store, C command, ExecuteOptions options) {
    std::promise<Outcome<C>> promise;
    auto future = promise.get_future();
    const auto begun = execute_async(
        store, std::move(command), std::move(options), [this](Work work) { post(work); },
        [promise = std::move(promise)](const std::exception_ptr& thrown, Outcome<C> outcome) mutable {
          thrown ? promise.set_exception(thrown) : promise.set_value(std::move(outcome));
        });
    if (!begun) return std::unexpected(typename Outcome<C>::error_type{begun.error(), {}, {}});
    return future.get();
  }

  // So many clients on the loop's one thread, each of which executes `each` commands one after the other: what make(client)
  // gives, with `ended` told of the outcome. Rethrows what is thrown there, when the others have ended.
  template <class Make, class Ended>
  void execute_beside(Store& store, std::size_t clients, std::size_t each, const ExecuteOptions& options, Make make,
                      Ended ended) {
    using Own = Clients<Make, Ended>;
    auto own = std::make_shared<Own>(*this, store, options, std::move(make), std::move(ended), clients, each);
    std::future<void> all = own->all.get_future();
    post(Work(Own::begin, new std::shared_ptr<Own>(std::move(own))));
    all.get();
  }

 private:
  template <class Make, class Ended>
  struct Clients : std::enable_shared_from_this<Clients<Make, Ended>> {
    Clients(Loop& on, Store& where, ExecuteOptions with, Make&& makes, Ended&& told, std::size_t clients,
            std::size_t most)
        : loop(on), store(where), options(std::move(with)), make(makes), ended(told), left(clients), each(most) {}

    static void begin(void* own) {
      const std::unique_ptr<std::shared_ptr<Clients>> self(static_cast<std::shared_ptr<Clients>*>(own));
      const std::size_t clients = (*self)->left;
      for (std::size_t i = 0; i < clients; ++i) (*self)->go_on(i, (*self)->each);
    }
    void go_on(std::size_t client, std::size_t commands) {
      if (commands == 0 || failure) return leave();
      auto command = make(client);
      using Command = decltype(command);
      auto told = [self = this->shared_from_this(), client, commands](const std::exception_ptr& thrown,
                                                                      const Outcome<Command>& outcome) {
        self->note(thrown, outcome);
        self->go_on(client, commands - 1);
      };
      const auto begun = execute_async(
          store, std::move(command), options, [&on = loop](Work work) { on.post(work); }, std::move(told));
      if (begun) return;
      failure = std::make_exception_ptr(std::runtime_error(begun.error().message));
      leave();
    }
    template <class End>
    void note(const std::exception_ptr& thrown, const End& outcome) {
      try {
        if (thrown) std::rethrow_exception(thrown);
        ended(outcome);
      } catch (...) {
        failure = std::current_exception();
      }
    }
    void leave() {
      if (--left > 0) return;
      failure ? all.set_exception(failure) : all.set_value();
    }

    Loop& loop;
    Store& store;
    const ExecuteOptions options;
    Make make;
    Ended ended;
    std::size_t left;
    const std::size_t each;
    std::exception_ptr failure;
    std::promise<void> all;
  };

  void post(Work work) {
    const std::scoped_lock lock(mutex_);
    works_.push_back(work);
    changed_.notify_one();
  }
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return !works_.empty(); })) {
      const Work work = works_.front();
      works_.pop_front();
      lock.unlock();
      work();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Work> works_;
  std::jthread thread_{[this](const std::stop_token& stop) { run(stop); }};
};

}  // namespace ec::conformance
