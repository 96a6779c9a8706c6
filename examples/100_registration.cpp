// No two users have the same e-mail address, however it is typed and whoever is quicker.
//   100_registration config/memory.yaml
#include "registration.hpp"

#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <thread>

namespace {

using users::AddressTaken, users::ChangeEmail, users::RegisterUser;

// Each run has users and addresses of its own.
const std::string run = ec::Uuid::make().str();

ec::StreamId user(const std::string& name) { return ec::StreamId("user/" + run + "/" + name); }

template <class C>
void tell(ec::Store& store, const char* what, const std::string& name, const std::string& typed) {
  std::printf("%s %s %s: ", name.c_str(), what, typed.c_str());
  const auto email = users::email_of(typed.find('@') == std::string::npos ? typed : typed + "." + run);
  if (!email) {
    std::printf("%s\n", email.error().message.c_str());
    return;
  }
  const auto done = ec::execute(store, C{user(name), *email});
  if (!done && !done.error().is_rejected()) throw std::runtime_error(done.error().message);
  std::printf("%s\n", done ? "done" : done.error().message.c_str());
}

// Many want the same address at the same time.
void rush(ec::Store& store) {
  constexpr int newcomers = 8;
  const auto email = users::email_of("Admin@Example." + run);
  if (!email) throw std::runtime_error(email.error().message);
  std::atomic<int> registered = 0, taken = 0, failed = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < newcomers; ++i)
      threads.emplace_back([&, i] {
        const auto done = ec::execute(store, RegisterUser{user("newcomer-" + std::to_string(i)), *email});
        ++(done ? registered : done.error().rejection<AddressTaken>() != nullptr ? taken : failed);
        if (!done && !done.error().is_rejected()) std::fprintf(stderr, "%s\n", done.error().message.c_str());
      });
  }
  std::printf("%d want the same address: %d has it, %d were told that it is taken, %d failed\n", newcomers,
              registered.load(), taken.load(), failed.load());
  if (registered != 1 || failed != 0) throw std::runtime_error("the address went wrong");
}

void tell_story(ec::Store& store) {
  tell<RegisterUser>(store, "registers", "ada", "Ada@Example");
  tell<RegisterUser>(store, "registers", "bob", " ada@EXAMPLE");
  tell<RegisterUser>(store, "registers", "bob", "bob");
  tell<RegisterUser>(store, "registers", "bob", "bob@example");
  tell<ChangeEmail>(store, "changes to", "bob", "ADA@example");
  tell<ChangeEmail>(store, "changes to", "ada", "countess@example");
  tell<ChangeEmail>(store, "changes to", "bob", "ADA@example");
  rush(store);
}

}  // namespace

int main(int argc, char** argv) {
  auto store = ec::Store::open(argc > 1 ? argv[1] : "config/memory.yaml");
  if (!store) return std::fprintf(stderr, "%s\n", store.error().message.c_str()), 1;
  try {
    tell_story(*store);
    return 0;
  } catch (const std::exception& problem) {
    return std::fprintf(stderr, "%s\n", problem.what()), 1;
  }
}
