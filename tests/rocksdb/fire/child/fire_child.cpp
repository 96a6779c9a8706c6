// fire_child CONFIGURATION FOLDER N: opens the store in the folder and kills itself at the Nth change that is made there.
#include "../disk.hpp"

#include <eventcore/eventcore.hpp>

#include <csignal>
#include <cstdio>
#include <string>

int main(int count, char** arguments) {
  if (count != 4) return 2;
  ec::rocks::test::Disk disk(arguments[2]);
  disk.set_judge([left = std::stoul(arguments[3])](const ec::rocks::test::Change&) mutable {
    if (--left == 0) std::raise(SIGKILL);
    return 0;
  });
  const auto store = ec::Store::open_text(arguments[1], "child.yaml");
  if (store) return 0;
  std::fprintf(stderr, "%s\n", store.error().message.c_str());
  return 1;
}
