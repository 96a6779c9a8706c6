// Money that many move at once between a few hot and many cold accounts. A transfer is one append of two events that
// rests on three streams: the two accounts and a witness, which is read and not written to.
//
// Each event carries the balance that it leaves. So the next transfer reads no more than the last event of a stream,
// many of them fit into a short time, and one that was decided on an old balance shows.
#pragma once

#include <eventcore/eventcore.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace ec::postgres::test {

constexpr std::int64_t opening_balance = 1'000;
std::vector<std::string> accounts();
Result<Appended> open_accounts(Store& store);

// What an event of an account says.
struct Entry {
  std::int64_t change = 0;
  std::int64_t balance = 0;           // after it
  std::string other;                  // the account on the other side; "-" for an opening
  std::string witness;                // "-": none
  std::uint64_t witness_version = 0;  // that the transfer has seen
};
std::string text_of(const Entry& entry);
Entry entry_in(const std::string& text);  // throws when it is none

// A committed one.
struct Transfer {
  Uuid commit_id;
  std::string from, to;
  std::int64_t amount = 0;
  std::uint64_t position = 0;  // of the withdrawal; the deposit is the next
};
std::string text_of(const Transfer& transfer);
std::optional<Transfer> transfer_in(const std::string& text);

// One thread's transfers, chosen at random.
class Mover {
 public:
  enum class After { failure_gives_up, failure_asks_again };

  Mover(Store& store, std::uint32_t seed, After after) : store_(store), random_(seed), after_(after) {}

  // Decided anew for as long as somebody comes between. Nothing: there was no money. After::failure_asks_again: what has
  // failed, or is in doubt, is sent again as it is.
  Result<std::optional<Transfer>> move();

 private:
  struct Account {
    std::string name;
    std::uint64_t version = 0;
    std::int64_t balance = 0;
  };

  Result<Account> look_at(const std::string& name);
  Result<Appended> append(const Transfer& transfer, const Account& from, const Account& to, const Account& witness);
  std::uint64_t up_to(std::uint64_t most);
  std::string any_account();

  Store& store_;
  std::minstd_rand random_;
  After after_;
};

}  // namespace ec::postgres::test
