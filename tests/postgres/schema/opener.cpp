// Opens a store as soon as its input ends, and appends to it. Many of these at once are processes that start together.
//
//   postgres_opener CONFIGURATION
#include <eventcore/eventcore.hpp>

#include <cstdio>

int main(int count, char** arguments) {
  if (count != 2) return 2;
  std::printf("ready\n");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  auto store = ec::Store::open_text(arguments[1], "opener.yaml");
  if (!store) {
    std::printf("%s\n", store.error().message.c_str());
    return 1;
  }
  const auto appended = store->append({ec::Expect::any(ec::StreamId("opened"))}, {{0, "opened", "{}"}});
  if (appended) return 0;
  std::printf("%s\n", appended.error().message.c_str());
  return 1;
}
