// What a crash leaves of a folder, reckoned from the changes that were made in it.
#pragma once

#include "disk.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ec::rocks::test {

class CrashState {
 public:
  // A folder as it is; all of it is on stable storage. Empty when there is none.
  explicit CrashState(const std::filesystem::path& folder = {});

  void apply(const Change& change);

  enum class Loss {
    process,  // killed: everything that was written is there
    power,    // names and bytes that were not synced are gone
    bytes,    // names are there, bytes that were not synced are gone
    half,     // names are there, and the first half of the bytes that were not synced
    zeros,    // names and sizes are there, bytes that were not synced are zero
  };
  static constexpr Loss every_loss[] = {Loss::process, Loss::power, Loss::bytes, Loss::half, Loss::zeros};

  // Name -> content.
  using Files = std::map<std::string, std::string>;
  Files after(Loss loss) const;

 private:
  struct File {
    std::string seen;                                          // by the running program
    std::string stable;                                        // on stable storage
    std::vector<std::pair<std::size_t, std::size_t>> dirty{};  // written and not synced: begin and end

    std::string after(Loss loss) const;
  };
  std::map<std::uint64_t, File> files_;
  std::map<std::string, std::uint64_t> names_;
  std::map<std::string, std::uint64_t> stable_names_;
  std::uint64_t next_number_ = 1;
};

const char* name_of(CrashState::Loss loss);

// Makes the folder hold these files and nothing else.
void put_files(const std::filesystem::path& folder, const CrashState::Files& files);

}  // namespace ec::rocks::test
