#include "crash_state.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace ec::rocks::test {

namespace fs = std::filesystem;

// Numbers files as Disk does: in the order in which the folder is listed.
CrashState::CrashState(const fs::path& folder) {
  if (folder.empty() || !fs::exists(folder)) return;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(stream), {}};
    names_[entry.path().filename().string()] = next_number_;
    files_[next_number_++] = {content, content};
  }
  stable_names_ = names_;
}

void CrashState::apply(const Change& change) {
  using Kind = Change::Kind;
  File& file = files_[change.file];
  switch (change.kind) {
    case Kind::make: names_[change.name] = change.file; break;
    case Kind::write: {
      const std::size_t end = change.offset + change.bytes.size();
      if (file.seen.size() < end) file.seen.resize(end);
      change.bytes.copy(file.seen.data() + change.offset, change.bytes.size());
      file.dirty.emplace_back(change.offset, end);
      break;
    }
    case Kind::resize:
      file.seen.resize(change.offset);
      for (auto& [begin, end] : file.dirty) {
        begin = std::min(begin, file.seen.size());
        end = std::min(end, file.seen.size());
      }
      break;
    case Kind::sync:
      // One that failed leaves its bytes unwritten for good: the next one does not try them again.
      if (!change.failed) {
        file.stable.resize(file.seen.size());
        for (const auto& [begin, end] : file.dirty) file.seen.copy(file.stable.data() + begin, end - begin, begin);
      }
      file.dirty.clear();
      break;
    case Kind::sync_folder: stable_names_ = names_; break;
    case Kind::rename:
      names_[change.new_name] = names_[change.name];
      names_.erase(change.name);
      break;
    case Kind::remove: names_.erase(change.name); break;
    case Kind::note: break;
  }
}

std::string CrashState::File::after(Loss loss) const {
  if (loss == Loss::process) return seen;
  std::string content = stable;
  if (loss == Loss::zeros) content.resize(seen.size());
  if (loss != Loss::half) return content;
  std::size_t left = 0;
  for (const auto& [begin, end] : dirty) left += end - begin;
  left /= 2;
  for (const auto& [begin, end] : dirty) {
    const std::size_t kept = std::min(left, end - begin);
    if (kept == 0) break;
    if (content.size() < begin + kept) content.resize(begin + kept);
    seen.copy(content.data() + begin, kept, begin);
    left -= kept;
  }
  return content;
}

CrashState::Files CrashState::after(Loss loss) const {
  Files files;
  for (const auto& [name, number] : loss == Loss::power ? stable_names_ : names_)
    files[name] = files_.at(number).after(loss);
  return files;
}

const char* name_of(CrashState::Loss loss) {
  switch (loss) {
    case CrashState::Loss::process: return "process";
    case CrashState::Loss::power: return "power";
    case CrashState::Loss::bytes: return "bytes";
    case CrashState::Loss::half: return "half";
    case CrashState::Loss::zeros: return "zeros";
  }
  return "";
}

void put_files(const fs::path& folder, const CrashState::Files& files) {
  fs::remove_all(folder);
  fs::create_directory(folder);
  for (const auto& [name, content] : files) std::ofstream(folder / name, std::ios::binary) << content;
}

}  // namespace ec::rocks::test
