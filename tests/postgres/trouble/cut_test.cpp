// Connections that are cut while an append is under way, at every part of the request and of its answer.
#include "support/ledger.hpp"
#include "support/proxy.hpp"

#include <thread>

namespace ec::postgres::test {
namespace {

using Way = Proxy::Way;
using Cut = Proxy::Cut;

class PostgresCut : public testing::Test {
 protected:
  static int port_of(const std::string& dsn) { return std::stoi(dsn.substr(dsn.rfind(':') + 1)); }

  // Nothing but the store's appends goes through the proxy: nobody is notified.
  Store open_through_proxy() const {
    return value(
        open(with(schema.dsn(), "port", std::to_string(proxy.port())), {"schema: " + schema.name(), "notify: false"}));
  }

  struct Bytes {
    std::uint64_t to_server, to_client;
    std::uint64_t of(Way way) const { return way == Way::to_server ? to_server : to_client; }
  };
  // How many bytes `body` sends and gets.
  template <class Body>
  Bytes measured(Body&& body) const {
    const Bytes before{proxy.forwarded(Way::to_server), proxy.forwarded(Way::to_client)};
    body();
    return {proxy.forwarded(Way::to_server) - before.to_server, proxy.forwarded(Way::to_client) - before.to_client};
  }

  // `count` cuts, spread over `range` bytes in both directions: `before` makes ready for each, `body` is what is cut.
  template <class Before, class Body>
  void sweep(int count, Bytes range, Before&& before, Body&& body) {
    const int last = count / 2 - 1;
    for (int i = 0; i < count; ++i) {
      const Way way = i % 2 == 0 ? Way::to_server : Way::to_client;
      const std::uint64_t at = range.of(way) * static_cast<std::uint64_t>(i / 2) / static_cast<std::uint64_t>(last);
      before();
      proxy.cut_after(way, at, i / 2 % 2 == 0 ? Cut::reset : Cut::close);
      body();
      proxy.pass();
    }
  }

  // The last cut each way comes behind the last byte: the answer may be there before it. And the append that was
  // measured may have asked twice, because it met the end of a connection; then the last bytes of the range never come.
  void expect_cuts(int count) const {
    EXPECT_LE(proxy.cuts(), static_cast<std::uint64_t>(count));
    EXPECT_GE(proxy.cuts(), static_cast<std::uint64_t>(count - 2 - count / 10));
  }

  void check() const {
    Store direct = value(open(schema));
    ledger.check(everything(direct));
  }

  const Schema schema;
  Proxy proxy{port_of(schema.dsn())};
  Ledger ledger;
};

TEST_F(PostgresCut, AtAnyByteOfAnAppendLeavesExactlyOneEffect) {
  Store store = open_through_proxy();
  const auto append = [&] { ledger.append(store, "own"); };
  append();
  const Bytes bytes = measured(append);
  ASSERT_GT(bytes.to_server, 500U);
  ASSERT_GT(bytes.to_client, 50U);
  const int count = counted(50, 500);
  sweep(count, bytes, append, append);
  expect_cuts(count);
  // Part of a request has no effect; where part of an answer has come, there was one.
  EXPECT_GT(ledger.had_none(), 0U);
  EXPECT_GT(ledger.had_effect(), 0U);
  check();
}

// Without a connection the cut may fall anywhere between the first packet and the answer to the append.
TEST_F(PostgresCut, AtAnyByteOfANewConnectionLeavesExactlyOneEffect) {
  Store store = open_through_proxy();
  const auto append = [&] { ledger.append(store, "own"); };
  const auto lose_connections = [&] { proxy.cut_all(Cut::reset); };
  append();
  lose_connections();
  const Bytes bytes = measured(append);
  const int count = counted(20, 200);
  sweep(count, bytes, lose_connections, append);
  expect_cuts(count);
  EXPECT_GT(ledger.had_none() + ledger.had_effect(), 0U);
  check();
}

TEST_F(PostgresCut, AtAnyByteOfAGroupLeavesExactlyOneEffectOfEachAppend) {
  constexpr int threads = 8;
  Store store = open_through_proxy();
  const auto group = [&] {
    std::vector<std::jthread> callers;
    for (int i = 0; i < threads; ++i)
      callers.emplace_back(
          [&, name = "of thread " + std::to_string(i)] { EXPECT_NO_THROW(ledger.append(store, name)); });
  };
  ledger.append(store, "own");
  const Bytes bytes = measured([&] { ledger.append(store, "own"); });
  sweep(
      counted(50, 200), {bytes.to_server * threads / 2, bytes.to_client * 2}, [&] { ledger.append(store, "own"); },
      group);
  EXPECT_GT(proxy.cuts(), 0U);
  EXPECT_GT(ledger.had_none() + ledger.had_effect(), 0U);
  check();
}

}  // namespace
}  // namespace ec::postgres::test
