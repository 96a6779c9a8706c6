#include "report/groups.hpp"

#include <eventcore/format.hpp>

#include <gtest/gtest.h>

namespace cli::report {
namespace {

struct Given {
  std::string plugin = "rocksdb", version = "1", settings = {};
  bool durable = true;
  double per_second = 100, p99 = 5;
  std::string rival = {};
  std::string cpu = "fast";
  bool ok = true;
  std::string kernel = "Linux 6.1";
  std::string store = {};
};

Run run(const Given& given) {
  const std::string line = ec::format(
      R"({"eventcore_bench":1,"name":"n","system":{"cpu":"{}","cores":2,"kernel":"{}"},)"
      R"("store":{"plugin":"{}","version":"{}","durable":{}{}},"rival":{},)"
      R"("settings":{"workload":"transfer",{}},"results":{"per_second":{},"latency_us":{"p99":{}}},"check":{"ok":{}}})",
      given.cpu, given.kernel, given.plugin, given.version, given.durable, given.store,
      given.rival.empty() ? "null" : '"' + given.rival + '"', given.settings, given.per_second, given.p99, given.ok);
  auto made = parse_run(line);
  EXPECT_TRUE(made) << line << made.error().message;
  return made ? std::move(*made) : Run{};
}

// Within a test Run is another one.
using Runs = std::vector<Run>;

// Panels, their series, their points: "transfer[rocksdb 1:3 4:1]", with the number of repetitions.
std::string told(const Groups& groups) {
  std::string all;
  for (const Panel& panel : groups.panels) {
    all += (all.empty() ? "" : " ") + panel.workload + "[";
    for (const Series& series : panel.series) {
      all += (all.ends_with('[') ? "" : ", ") + series.subject->label;
      if (!series.differs.empty()) all += " (" + series.differs + ")";
      for (const Point& point : series.points)
        all += ec::format(" {}:{}", point.x ? std::to_string(static_cast<int>(*point.x)) : "?", point.runs.size());
    }
    all += "]";
  }
  return all;
}

TEST(ReportGroups, RepetitionsDifferInTheirSeedAlone) {
  const Runs runs = {run({.settings = R"("clients":1,"seed":1)"}), run({.settings = R"("clients":1,"seed":2)"}),
                     run({.settings = R"("clients":4,"seed":1)"})};
  EXPECT_EQ(told(grouped(runs)), "transfer[rocksdb 1:2 4:1]");
}

TEST(ReportGroups, UnlikeSettingsAreNeverOneSeries) {
  const Runs runs = {run({.settings = R"("clients":1,"payload_bytes":256)"}),
                     run({.settings = R"("clients":1,"payload_bytes":1024)"})};
  const Groups groups = grouped(runs);
  EXPECT_EQ(told(groups), "transfer[rocksdb 1:1] transfer[rocksdb 1:1]");
  EXPECT_EQ(groups.panels[0].apart, std::vector<std::string>{"256 B payload"});
  EXPECT_EQ(groups.panels[1].apart, std::vector<std::string>{"1,024 B payload"});
  for (const char* other :
       {R"("clients":1,"events":1)", R"("clients":1,"a_new_one":true)", R"("clients":1,"seconds":2)"})
    EXPECT_EQ(grouped({runs[0], run({.settings = other})}).panels.size(), 2U) << other;
}

TEST(ReportGroups, ASubjectHasInItsNameWhatTellsItApart) {
  const std::string one = R"("clients":1)";
  EXPECT_EQ(told(grouped({run({.settings = one}), run({.plugin = "memory", .settings = one})})),
            "transfer[rocksdb 1:1, memory 1:1]");
  EXPECT_EQ(told(grouped({run({.settings = one}), run({.version = "2", .settings = one})})),
            "transfer[rocksdb 1 1:1, rocksdb 2 1:1]");
  EXPECT_EQ(told(grouped({run({.settings = one}), run({.settings = one, .durable = false})})),
            "transfer[rocksdb, durable 1:1, rocksdb, not durable 1:1]");
  EXPECT_EQ(told(grouped({run({.settings = one}), run({.settings = one, .cpu = "slow"})})),
            "transfer[rocksdb, machine A 1:1, rocksdb, machine B 1:1]");
  EXPECT_EQ(grouped({run({.settings = one}), run({.settings = one, .kernel = "6.1"})}).systems.size(), 1U);
}

TEST(ReportGroups, StoresThatAreSetInAnotherWayAreOthers) {
  const std::string one = R"("clients":1)";
  const auto set = [&](const std::string& store) { return run({.settings = one, .store = store}); };
  const auto usual = set(R"(,"config":"rocksdb","options":{})");
  EXPECT_EQ(told(grouped({usual, usual, run({.settings = one})})),
            "transfer[rocksdb, config rocksdb 1:2, rocksdb 1:1]");
  EXPECT_EQ(told(grouped({usual, set(R"(,"config":"small","options":{"cache_size":"1MiB","compression":"none"})")})),
            "transfer[rocksdb 1:1, rocksdb, cache size 1MiB, compression none 1:1]");
  EXPECT_EQ(told(grouped({usual, set(R"(,"config":"other_disk","options":{})")})),
            "transfer[rocksdb, config rocksdb 1:1, rocksdb, config other_disk 1:1]");
}

TEST(ReportGroups, AnOpenLoopIsAPanelByRate) {
  const Runs runs = {run({.settings = R"("clients":8,"rate":null)"}), run({.settings = R"("clients":8,"rate":100)"}),
                     run({.settings = R"("clients":8,"rate":200)"}), run({.settings = R"("clients":9,"rate":200)"})};
  EXPECT_EQ(told(grouped(runs)), "transfer[rocksdb 8:1] transfer[rocksdb 100:1 200:1] transfer[rocksdb 200:1]");
}

TEST(ReportGroups, TheMedianRunStandsForItsRepetitions) {
  Runs runs;
  for (const double each : {30.0, 10.0, 20.0}) runs.push_back(run({.settings = R"("clients":1)", .per_second = each}));
  for (const double each : {7.0, 9.0, 3.0, 5.0})
    runs.push_back(run({.settings = R"("rate":50)", .per_second = 50, .p99 = each}));
  const Groups groups = grouped(runs);
  EXPECT_EQ(groups.panels[0].series[0].points[0].median().per_second(), 20);
  EXPECT_EQ(groups.panels[1].series[0].points[0].median().latency().p99, 5);  // the lower one of two
}

TEST(ReportGroups, WhatFailedIsNotAmongTheRuns) {
  const Groups groups =
      grouped({run({.settings = R"("clients":1)", .ok = false}), run({.settings = R"("clients":4)"})});
  EXPECT_EQ(told(groups), "transfer[rocksdb 1:0 4:1]");
}

TEST(ReportGroups, ARivalStandsBesideWhatIsMostLikeIt) {
  const Runs runs = {
      run({.settings = R"("clients":64,"events":1,"payload_bytes":256,"streams":1)", .rival = "db_bench"}),
      run({.settings = R"("clients":64,"events":2,"payload_bytes":1024,"streams":2)"}),
      run({.settings = R"("clients":64,"events":2,"payload_bytes":256,"streams":1)"}),
      run({.settings = R"("clients":32,"events":2,"payload_bytes":256)", .rival = "pgbench"}),
      run({.settings = R"("clients":32,"rate":5)", .rival = "alone"})};
  EXPECT_EQ(told(grouped(runs)),
            "transfer[rocksdb 64:1] transfer[rocksdb 64:1, db_bench (1 event an append) 64:1, pgbench 32:1] "
            "transfer[alone 5:1]");
}

TEST(ReportGroups, SubjectsOfAPanelLookUnlike) {
  Runs runs;
  for (int i = 0; i < 8; ++i)
    runs.push_back(
        run({.plugin = "p" + std::to_string(i), .settings = i == 0 ? R"("events":1)" : ec::format(R"("x":{})", i)}));
  // Its number would be 8, and its colour that of the first.
  runs.push_back(run({.plugin = "beside", .settings = R"("events":1)"}));
  Groups groups = grouped(runs);
  EXPECT_EQ(groups.subjects[7].number, 7U);
  EXPECT_EQ(groups.subjects[8].number, 9U);
  runs.clear();
  for (int i = 0; i < 6; ++i) runs.push_back(run({.plugin = "p" + std::to_string(i), .settings = R"("events":1)"}));
  groups = grouped(runs);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(groups.subjects[i].number, i);
}

TEST(ReportGroups, LastAnswersAreNoSecond) {
  const auto made =
      parse_run(R"({"eventcore_bench":1,"name":"n","settings":{},"results":{"seconds":2.01,"over_time":[)"
                R"({"second":3,"operations":1},{"second":1,"operations":70},{"second":2,"operations":60}]}})");
  ASSERT_TRUE(made) << made.error().message;
  ASSERT_EQ(made->results->over_time->size(), 2U);
  EXPECT_EQ(made->results->over_time->back().operations, 60);
}

TEST(ReportGroups, SettingsThatMeanNothingAreNotSaid) {
  const auto transfer =
      run({.settings = R"("loop":"closed","arrivals":"fixed","payload_bytes":256,"history":0,"accounts":9,)"
                       R"("choice":"uniform","zipf":0.5,"in_flight":1,"in_flight_by":"threads","x":1)"});
  EXPECT_EQ(in_words(that_matter(transfer.settings)),
            (std::vector<std::string>{"closed loop", "9 accounts", "uniform choice", "1 in flight a client", "x 1"}));
  EXPECT_EQ(in_words(transfer.settings).size(), 10U);
}

TEST(ReportGroups, SecondsArePutTogetherWithoutAveragingPercentiles) {
  std::vector<Second> seconds;
  for (int i = 1; i <= 10; ++i)
    seconds.push_back({.second = static_cast<double>(i),
                       .operations = 10.0 * i,
                       .p50_us = 1.0,
                       .p99_us = i == 3 ? 99.0 : 5.0,
                       .least = 10.0 * i,
                       .most = 10.0 * i});
  const std::vector<Second> few = thinned(seconds, 3);
  ASSERT_EQ(few.size(), 3U);
  EXPECT_EQ(few[0].second, 4);
  EXPECT_EQ(few[0].seconds, 4);
  EXPECT_EQ(few[0].operations, 100);
  EXPECT_EQ(few[0].least, 10);
  EXPECT_EQ(few[0].most, 40);
  EXPECT_EQ(few[0].p99_us, 99);
  EXPECT_EQ(few[2].seconds, 2);
  EXPECT_EQ(thinned(seconds, 10).size(), 10U);
  // Once more is as at once.
  EXPECT_EQ(thinned(thinned(seconds, 5), 3)[0].p99_us, 99);
}

}  // namespace
}  // namespace cli::report
