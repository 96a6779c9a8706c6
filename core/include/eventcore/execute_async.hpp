// Executing a command without a thread that waits: one thread keeps hundreds of them under way. For a coroutine that
// awaits its end, or a callback that is told of it; both run where the host wants, on its event loop or pool.
//
//   template <class Task, class Command, class Post>  // Task: any coroutine type; Post: hands an ec::Work to an event loop
//   Task run(ec::Store& store, Command command, Post post) {
//     auto execution = ec::execute_async(store, command, {}, post);
//     const auto done = co_await execution;
//     if (!done) std::printf("%s: %s\n", ec::name_of(done.error().code), done.error().message.c_str());
//   }
//
// Close the store before its executor goes: the end may run while a thread of the store's is still inside the call that
// handed it out, and only closing guarantees that none is.
#pragma once

#include <eventcore/execute.hpp>

#include <concepts>
#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace ec {

// What an executor is given: to be called once, later, on a thread of the host's. Never called, what it belongs to is
// never done.
class Work {
 public:
  Work(void (*run)(void* arg), void* arg) : run_(run), arg_(arg) {}
  void operator()() const { run_(arg_); }

 private:
  void (*run_)(void* arg);
  void* arg_;
};

// No executor: everything runs on threads of the store's own, which its other executions need too.
struct LibraryThreads {};

// Something copyable that is called with Work from any thread, hands it to where it is to run and returns at once:
//   [&io](ec::Work work) { boost::asio::post(io, work); }
// What it throws means that it did not take it; see ec_executor in abi/eventcore.h.
template <class T>
concept Executor = std::same_as<T, LibraryThreads> || (std::copy_constructible<T> && std::invocable<T&, Work>);

namespace detail {

// One that is under way; it stays where it is until its end.
template <class C, class On>
class AsyncExecution {
 public:
  AsyncExecution(C command, ExecuteOptions options, On on)
      : command_(std::move(command)),
        options_(std::move(options)),
        on_(std::move(on)),
        raw_(command_, options_, RunsOn::any_thread) {}

  // False: it was not begun, and its end is there. Otherwise `told` is called at its end, and this may be gone already.
  bool start(Store& store, void (*told)(void* ctx), void* ctx) {
    if (auto refusal = raw_.refusal()) {
      end_.emplace(std::unexpected(std::move(*refusal)));
      return false;
    }
    told_ = told;
    ctx_ = ctx;
    ec_error error = EC_ERROR_INIT;
    const ec_executor executor{sizeof executor, 0, &on_, post};
    const bool has_executor = !std::same_as<On, LibraryThreads>;
    const ec_status status = ec_store_execute_async(store.raw(), &raw_.command(), &raw_.options(), &raw_.call(),
                                                    has_executor ? &executor : nullptr, ended, this, &error);
    if (status == EC_OK) return true;
    end_.emplace(raw_.outcome(status, error));
    return false;
  }

  std::exception_ptr thrown() const { return thrown_; }
  Outcome<C> take() { return std::move(*end_); }

 private:
  // A copy: what took the work may carry it out, and let go of this, before the call is over.
  static int post(void* on, void (*run)(void* arg), void* arg) noexcept {
    if constexpr (!std::same_as<On, LibraryThreads>) {
      try {
        On copy = *static_cast<const On*>(on);
        copy(Work(run, arg));
        return 0;
      } catch (...) {
        return 1;
      }
    }
    return 1;
  }

  static void ended(void* self, ec_status status, const ec_error* error) noexcept {
    auto& own = *static_cast<AsyncExecution*>(self);
    try {
      if (status != EC_OK) own.thrown_ = own.raw_.thrown(*error);
      own.end_.emplace(own.raw_.outcome(status, *error));
    } catch (...) {
      own.thrown_ = std::current_exception();
      own.end_.emplace(std::unexpected(typename Outcome<C>::error_type{}));
    }
    own.told_(own.ctx_);
  }

  const C command_;
  const ExecuteOptions options_;
  On on_;
  RawExecution<C> raw_;
  void (*told_)(void* ctx) = nullptr;
  void* ctx_ = nullptr;
  std::exception_ptr thrown_;
  std::optional<Outcome<C>> end_;
};

template <class>
inline constexpr bool never = false;

// The same, on its way to a coroutine.
template <class C, class On>
class [[nodiscard]] AwaitedExecution {
 public:
  AwaitedExecution(Store& store, C command, ExecuteOptions options, On on)
      : store_(store), execution_(std::move(command), std::move(options), std::move(on)) {}

  class Awaiter {
   public:
    explicit Awaiter(AwaitedExecution& awaited) : awaited_(awaited) {}
    bool await_ready() const noexcept { return false; }
    // Not inlined: the coroutine may go on elsewhere before this is over, so nothing of it may lie in its frame.
    [[gnu::noinline]] bool await_suspend(std::coroutine_handle<> waiting) {
      return awaited_.execution_.start(
          awaited_.store_, [](void* frame) { std::coroutine_handle<>::from_address(frame).resume(); },
          waiting.address());
    }
    Outcome<C> await_resume() {
      if (awaited_.execution_.thrown()) std::rethrow_exception(awaited_.execution_.thrown());
      return awaited_.execution_.take();
    }

   private:
    AwaitedExecution& awaited_;
  };

  // Once.
  Awaiter operator co_await() & { return Awaiter(*this); }
  template <class T = C>
  Awaiter operator co_await() && {
    static_assert(never<T>,
                  "eventcore: give the execution a name and await that: `auto transfer = ec::execute_async(...); "
                  "co_await transfer;`; g++ 12 destroys twice what stands in braces behind co_await");
    return Awaiter(*this);
  }

 private:
  Store& store_;
  AsyncExecution<C, On> execution_;
};

// The same, on its way to a callback; it frees itself.
template <class C, class On, class Done>
struct ToldExecution {
  AsyncExecution<C, On> execution;
  Done done;

  static void told(void* self) noexcept {
    std::unique_ptr<ToldExecution> own(static_cast<ToldExecution*>(self));
    Done done = std::move(own->done);
    const std::exception_ptr thrown = own->execution.thrown();
    Outcome<C> outcome = own->execution.take();
    own.reset();
    done(thrown, std::move(outcome));
  }
};

}  // namespace detail

// To be given a name and awaited, once: that begins it, and the coroutine goes on where `on` puts it, with an Outcome as
// execute gives it; what decide, apply or discover throws comes out of co_await. What cannot be begun is a failure at
// once. The observer and the cache of the options are lent until then, `call` ends it as it ends execute. The store may be
// closed while it is under way, see ec_store_execute_async.
template <class C, Executor On = LibraryThreads>
auto execute_async(Store& store, C command, ExecuteOptions options = {}, On on = {}) {
  static_assert(detail::check_command<C>());
  return detail::AwaitedExecution<C, On>(store, std::move(command), std::move(options), std::move(on));
}

// The same for a callback, `done(std::exception_ptr thrown, Outcome<C> outcome)`, which must not throw. `thrown` is what
// the command threw, or null; an error here: it was not begun, and `done` is not called.
template <class C, Executor On, class Done>
  requires std::invocable<Done&, std::exception_ptr, Outcome<C>>
[[nodiscard]] Result<> execute_async(Store& store, C command, ExecuteOptions options, On on, Done done) {
  static_assert(detail::check_command<C>());
  using Told = detail::ToldExecution<C, On, Done>;
  auto told = std::unique_ptr<Told>(new Told{{std::move(command), std::move(options), std::move(on)}, std::move(done)});
  if (!told->execution.start(store, Told::told, told.get())) {
    const Outcome<C> refused = told->execution.take();
    return std::unexpected(static_cast<const Error&>(refused.error()));
  }
  told.release();
  return {};
}

}  // namespace ec
