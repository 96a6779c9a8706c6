// expect: the projection's on_failure() is not called as it is
#include "bank.hpp"

struct Book {
  static constexpr std::string_view name = "book";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Deposited>;
  void on(const ec::Recorded<Deposited>&) {}
#ifdef GOOD
  ec::Reaction on_failure(const ec::RecordedEvent&, const ec::Error&, std::uint32_t) { return ec::Reaction::skip; }
#else
  void on_failure(const ec::RecordedEvent&, const ec::Error&, std::uint32_t) {}
#endif
};

auto run(ec::Store& store, Book& book) { return ec::Projector(store, book).run_to_head(); }
