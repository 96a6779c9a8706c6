// expect: the projection has no on(const ec::Recorded<E>&) for one of its Events
#include "bank.hpp"

struct Book {
  static constexpr std::string_view name = "book";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Deposited, Renamed>;
  void on(const ec::Recorded<Deposited>&) {}
#ifdef GOOD
  void on(const ec::Recorded<Renamed>&) {}
#endif
};

auto run(ec::Store& store, Book& book) { return ec::Projector(store, book).run_to_head(); }
