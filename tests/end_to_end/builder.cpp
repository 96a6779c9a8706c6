// A read model in files, a file for each build, for tests with processes:
//   builder run CONFIG FOLDER VERSION HOLDER [COUNT]   runs the builds of that version. Of each one it says "begins BUILD
//                      EVENTS"; when one that is to replace another has so many events, it says "at COUNT" and goes on
//                      when a line comes in
//   builder write CONFIG COUNT     writes so many events, says "written", and goes on until its input ends
//   builder rebuild CONFIG         asks for a rebuild and says how the answer begins
//   builder active CONFIG          says which build is read
//   builder check CONFIG FOLDER    waits until the build that is read has everything that is there now; compares it with
//                                  the events and says "build BUILD is exact"
#include <eventcore/eventcore.hpp>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace {

using namespace std::chrono_literals;

struct Counted {
  std::uint64_t amount = 0;
};
EC_EVENT(Counted, "counted", amount)

int fail(const ec::Error& error) { return std::fprintf(stderr, "%s\n", error.message.c_str()), 1; }

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

// What a build has, and how far it is: one file, replaced as a whole.
struct Model {
  ec::Position position;
  std::uint64_t events = 0;
  std::map<std::string, std::uint64_t> sums;

  void add(std::string_view stream, std::uint64_t amount) {
    ++events;
    sums[std::string(stream)] += amount;
  }

  static Model load(const std::filesystem::path& path) {
    Model model;
    std::ifstream in(path);
    in >> model.position.hi >> model.position.lo >> model.events;
    std::string stream;
    for (std::uint64_t sum = 0; in >> stream >> sum;) model.sums[stream] = sum;
    return model;
  }
  bool save(const std::filesystem::path& path) const {
    const std::filesystem::path beside = path.string() + ".new";
    std::ofstream out(beside);
    out << position.hi << ' ' << position.lo << ' ' << events << '\n';
    for (const auto& [stream, sum] : sums) out << stream << ' ' << sum << '\n';
    out.close();
    std::error_code problem;
    std::filesystem::rename(beside, path, problem);
    return out.good() && !problem;
  }
};

template <std::uint32_t Version>
class Sums {
 public:
  static constexpr std::string_view name = "sums";
  static constexpr std::uint32_t version = Version;
  using Events = ec::Events<Counted>;

  Sums(const std::filesystem::path& folder, const ec::Build& build, std::uint64_t pause_at)
      : path_(folder / build.str()), build_(build), pause_at_(pause_at) {}

  void on(const ec::Recorded<Counted>& event) {
    model_.add(event.stream(), event->amount);
    if (model_.events != pause_at_ || build_ == ec::Build{1, 0}) return;
    say("at " + std::to_string(pause_at_));
    std::string line;
    std::getline(std::cin, line);
  }
  ec::Result<std::optional<ec::Position>> load_checkpoint() {
    model_ = Model::load(path_);
    say("begins " + build_.str() + " " + std::to_string(model_.events));
    return std::optional(model_.position);
  }
  ec::Result<> save_checkpoint(ec::Position position, std::uint64_t /*fence*/) {
    model_.position = position;
    if (model_.save(path_)) return {};
    return std::unexpected(ec::Error{ec::Code::unavailable, "cannot write " + path_.string()});
  }
  void discard() { model_ = Model::load(path_); }

 private:
  const std::filesystem::path path_;
  const ec::Build build_;
  const std::uint64_t pause_at_;
  Model model_;
};

template <std::uint32_t Version>
int run(ec::Store& store, const std::filesystem::path& folder, const std::string& holder, std::uint64_t pause_at) {
  const auto make = [&](const ec::Build& build) { return std::make_unique<Sums<Version>>(folder, build, pause_at); };
  const auto done = ec::run_builds(
      store, make,
      {.save_every = 50, .save_interval = 50ms, .holder = holder, .lease_time = 1'000ms, .status_interval = 20ms});
  return done ? 0 : fail(done.error());
}

int write(ec::Store& store, std::uint64_t count) {
  auto some = [&store, n = std::uint64_t{0}](std::uint64_t how_many) mutable {
    std::vector<ec::NewEvent> events;
    for (std::uint64_t i = 0; i < how_many; ++i) events.push_back(ec::NewEvent::of(0, Counted{n + i}));
    return store.append({ec::Expect::any(ec::StreamId("s-" + std::to_string(n++ % 7)))}, events);
  };
  for (std::uint64_t written = 0; written < count; written += 10)
    if (const auto done = some(10); !done) return fail(done.error());
  say("written");
  std::string line;
  std::stop_source stop;
  const std::jthread waits([&] {
    std::getline(std::cin, line);
    stop.request_stop();
  });
  while (!stop.stop_requested())
    if (const auto done = some(1); !done) return fail(done.error());
  return 0;
}

int rebuild(ec::Store& store) {
  const ec::Call call{.deadline = ec::Call::in(1min)};
  const auto asked = ec::ask_projection(store, "sums", {.kind = ec::RequestKind::rebuild}, call);
  if (!asked) return fail(asked.error());
  const auto answer = ec::wait_for_answer(store, "sums", asked->id, call);
  if (!answer) return fail(answer.error());
  if (!answer->is_done) return std::fprintf(stderr, "%s\n", answer->text.c_str()), 1;
  return say(answer->build->str()), 0;
}

int check(ec::Store& store, const std::filesystem::path& folder) {
  const ec::Call call{.deadline = ec::Call::in(1min)};
  const auto head = store.head(call);
  if (!head) return fail(head.error());
  const auto build = ec::wait_for(store, "sums", *head, call);
  if (!build) return fail(build.error());
  const Model built = Model::load(folder / build->str());
  Model expected;
  auto events = store.read_all({.types = {"counted"}});
  while (events && events->next())
    for (const ec::RecordedEvent event : events->batch())
      if (event.position() <= built.position) expected.add(event.stream(), event.as<Counted>().value().amount);
  if (built.position < *head || built.events != expected.events || built.sums != expected.sums)
    return std::fprintf(stderr, "build %s has %llu events up to %s, and there are %llu\n", build->str().c_str(),
                        static_cast<unsigned long long>(built.events), built.position.str().c_str(),
                        static_cast<unsigned long long>(expected.events)),
           1;
  return say("build " + build->str() + " is exact"), 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argv[1];
  auto store = ec::Store::open(argv[2]);
  if (!store) return fail(store.error());
  if (what == "run") {
    const std::uint64_t pause_at = argc > 6 ? std::stoull(argv[6]) : 0;
    return argv[4] == std::string("1") ? run<1>(*store, argv[3], argv[5], pause_at)
                                       : run<2>(*store, argv[3], argv[5], pause_at);
  }
  if (what == "write") return write(*store, std::stoull(argv[3]));
  if (what == "rebuild") return rebuild(*store);
  if (what == "check") return check(*store, argv[3]);
  const auto active = ec::active_build(*store, "sums");
  return active ? (say(active->str()), 0) : fail(active.error());
}
