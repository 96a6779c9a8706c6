// expect: the projection's reset() is not called as it is
#include "bank.hpp"

struct Book {
  static constexpr std::string_view name = "book";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Deposited>;
  void on(const ec::Recorded<Deposited>&) {}
#ifdef GOOD
  ec::Result<> reset(ec::Position) { return {}; }
#else
  ec::Result<> reset() { return {}; }
#endif
};

auto run(ec::Store& store, Book& book) { return ec::Projector(store, book).run_to_head(); }
