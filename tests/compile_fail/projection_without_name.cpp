// expect: a projection needs `static constexpr std::string_view name = "..."`
#include "bank.hpp"

struct Book {
#ifdef GOOD
  static constexpr std::string_view name = "book";
#endif
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Deposited>;
  void on(const ec::Recorded<Deposited>&) {}
};

auto run(ec::Store& store, Book& book) { return ec::Projector(store, book).run_to_head(); }
