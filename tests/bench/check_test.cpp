#include "check.hpp"

#include <stop_token>

#include <gtest/gtest.h>

namespace {

// A stop comes while its first event is looked at.
class Stopping final : public bench::Workload {
 public:
  explicit Stopping(std::stop_source source) : source_(std::move(source)) {}

  ec::Result<std::unique_ptr<bench::Client>> client(std::size_t) override { return nullptr; }
  ec::Result<> look_at(const ec::RecordedEvent&) override {
    ++looked;
    source_.request_stop();
    return {};
  }

  std::uint64_t looked = 0;

 private:
  std::stop_source source_;
};

TEST(CheckAtTheEnd, AStopEndsIt) {
  auto store = ec::Store::open_text("plugin: memory");
  ASSERT_TRUE(store) << store.error().message;
  constexpr std::uint64_t events = 100'000;
  bench::Settings settings;
  settings.payload_bytes = 1;
  ASSERT_TRUE(bench::fill(*store, {ec::StreamId("s")}, events, settings));
  std::stop_source source;
  Stopping workload(source);
  const auto stopped = bench::check_history(*store, {}, events, {}, workload, source.get_token());
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ec::Code::cancelled);
  EXPECT_LT(workload.looked, events);
  EXPECT_TRUE(bench::check_history(*store, {}, events, {}, workload));
}

}  // namespace
