// expect: a projection that keeps its checkpoint needs all three
#include "bank.hpp"

struct Book {
  static constexpr std::string_view name = "book";
  static constexpr std::uint32_t version = 1;
  using Events = ec::Events<Deposited>;
  void on(const ec::Recorded<Deposited>&) {}
  ec::Result<std::optional<ec::Position>> load_checkpoint() { return std::optional<ec::Position>(); }
  ec::Result<> save_checkpoint(ec::Position, std::uint64_t) { return {}; }
#ifdef GOOD
  void discard() {}
#endif
};

auto run(ec::Store& store, Book& book) { return ec::Projector(store, book).run_to_head(); }
