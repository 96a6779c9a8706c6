#include "damaged.hpp"

#include <fstream>
#include <iterator>

namespace ec::rocks::test {

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write(const fs::path& file, const std::string& content) { std::ofstream(file, std::ios::binary) << content; }

void Damaged::make(std::size_t appends, bool in_tables) {
  {
    Store store = value(open(path));
    fill(store, appends);
    expected = everything(store);
  }
  if (in_tables) value(open(path));
  fs::copy(path, intact_);
}

void Damaged::restore() const {
  fs::remove_all(path);
  fs::copy(intact_, path);
}

Verdict Damaged::verdict(const std::vector<std::string>& options) const {
  const auto refused = [](const Error& error) {
    EXPECT_STREQ(name_of(error.code), "CORRUPT") << error.message;
    EXPECT_TRUE(contains(error.message, "estore it from a backup") ||
                contains(error.message, "estore the database from a backup"))
        << error.message;
    return Verdict::refused;
  };
  auto store = open(path, options);
  if (!store) return refused(store.error());
  const auto seen = everything_in_every_way(*store);
  if (!seen) return refused(seen.error());
  EXPECT_EQ(seen->size(), expected.size());
  EXPECT_TRUE(*seen == expected);
  return Verdict::whole;
}

fs::path Damaged::file(const std::string& ending) const {
  // The largest one of this name.
  fs::path largest;
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(ending) && !name.starts_with(ending)) continue;
    if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
  }
  if (largest.empty()) throw std::runtime_error("no file " + ending);
  return largest;
}

Damaged::Tally Damaged::damage_all_over(const fs::path& file, std::size_t places, const Damage& damage) const {
  const std::string content = content_of(file);
  Tally tally;
  const std::size_t step = std::max<std::size_t>(1, content.size() / places);
  for (std::size_t at = 0; at < content.size(); at += step, ++tally.count) {
    restore();
    std::string damaged = content;
    damage(damaged, at);
    write(file, damaged);
    SCOPED_TRACE(file.filename().string() + " damaged at " + std::to_string(at) + " of " +
                 std::to_string(content.size()));
    tally.refused += verdict() == Verdict::refused ? 1 : 0;
  }
  return tally;
}

void Damaged::flip(std::string& content, std::size_t at) {
  content[at] = static_cast<char>(static_cast<unsigned char>(content[at]) ^ (1U << at % 8));
}

void Damaged::cut(std::string& content, std::size_t at) { content.resize(at); }

}  // namespace ec::rocks::test
