// All kinds of members: one stream, several, perhaps one, one that is only read; and a rejection with a type.
//   050_optional_and_many config/memory.yaml
#include <eventcore/eventcore.hpp>

#include <cstdio>

namespace {

struct Priced {
  std::int64_t cents;
};
struct Issued {
  std::int64_t cents;
};
struct Redeemed {};
struct Sold {
  std::int64_t cents;
};
EC_EVENT(Priced, "priced", cents)
EC_EVENT(Issued, "issued", cents)
EC_EVENT(Redeemed, "redeemed")
EC_EVENT(Sold, "sold", cents)

struct AlreadySold {
  ec::StreamId seat;
  std::string message() const { return "already sold: " + seat.str(); }
};

struct BuySeats {
  ec::StreamId tariff;                  // read and checked: the price holds until the moment of the commit
  std::vector<ec::StreamId> seats;      // all or none of them
  std::optional<ec::StreamId> voucher;  // if there is one

  using Streams = ec::StreamSet<ec::read_only<&BuySeats::tariff>, &BuySeats::seats, &BuySeats::voucher>;
  using Events = ec::Events<Priced, Issued, Redeemed, Sold>;
  using Rejections = ec::Rejections<AlreadySold>;
  struct State {
    std::int64_t price = 0;
    std::int64_t voucher = 0;
    std::optional<ec::StreamId> sold;
  };

  void apply(State& s, const ec::Recorded<Priced>& e) const { s.price = e->cents; }
  void apply(State& s, const ec::Recorded<Issued>& e) const { s.voucher = e->cents; }
  void apply(State& s, const ec::Recorded<Redeemed>&) const { s.voucher = 0; }
  void apply(State& s, const ec::Recorded<Sold>& e) const { s.sold = ec::StreamId(std::string(e.stream())); }

  ec::Result<> decide(const State& s, ec::Decision<BuySeats>& out) const {
    if (s.sold) return out.reject(AlreadySold{*s.sold});
    for (std::size_t i = 0; i < seats.size(); ++i)
      out.write<&BuySeats::seats>(i, Sold{i == 0 ? s.price - s.voucher : s.price});
    if (voucher && s.voucher > 0) out.write<&BuySeats::voucher>(Redeemed{});
    return {};
  }
};

}  // namespace

int main(int argc, char** argv) {
  auto store = ec::Store::open(argc > 1 ? argv[1] : "config/memory.yaml");
  if (!store) return std::fprintf(stderr, "%s\n", store.error().message.c_str()), 1;
  const std::string show = "show/" + ec::Uuid::make().str();
  const ec::StreamId tariff(show + "/tariff"), voucher(show + "/voucher"), a1(show + "/a1"), a2(show + "/a2");
  const auto set_up = store->append({ec::Expect::absent(tariff), ec::Expect::absent(voucher)},
                                    {ec::NewEvent::of(0, Priced{2'500}), ec::NewEvent::of(1, Issued{500})});
  if (!set_up) return std::fprintf(stderr, "%s\n", set_up.error().message.c_str()), 1;

  const auto bought = ec::execute(*store, BuySeats{tariff, {a1, a2}, voucher});
  if (!bought) return std::fprintf(stderr, "%s\n", bought.error().message.c_str()), 1;
  std::printf("bought two seats with a voucher, %zu streams took part\n", bought->versions.size());

  const auto late = ec::execute(*store, BuySeats{tariff, {a2}, std::nullopt});
  if (late || late.error().rejection<AlreadySold>() == nullptr) return 1;
  std::printf("%s\n", late.error().message.c_str());
  return late.error().rejection<AlreadySold>()->seat == a2 ? 0 : 1;
}
