// The JSON codec on a small event.
#include "count.hpp"
#include "transfer.hpp"

namespace bench {

ec::Result<> count_codec() {
  const bank::MoneyDeposited event{1'250, "account/alice"};
  std::string text;
  auto counted = count("json_encode", 1'000, 1, [&](std::uint64_t) -> ec::Result<> {
    text.clear();
    ec::Codec<bank::MoneyDeposited>::encode(event, text);
    return {};
  });
  if (!counted) return counted;
  bank::MoneyDeposited decoded{};
  counted = count("json_decode", 1'000, 1,
                  [&](std::uint64_t) { return ec::Codec<bank::MoneyDeposited>::decode(text, 1, decoded); });
  if (counted && (decoded.amount != event.amount || decoded.from != event.from))
    return std::unexpected(ec::Error{ec::Code::internal, "json_decode: another event came back"});
  return counted;
}

}  // namespace bench
