// A store of which something is damaged behind its back: it says so, or everything is there.
#pragma once

#include "support.hpp"

#include <functional>

namespace ec::rocks::test {

enum class Verdict { whole, refused };

class Damaged : public testing::Test {
 protected:
  // A store that was closed properly, at `path`. Opened once more, its events are in table files; before, in the log.
  void make(std::size_t appends, bool in_tables);
  // The same again, as it was.
  void restore() const;

  // Opens it and reads everything in every way; a test failure when something is missing without a word, or the words
  // do not say what to do.
  Verdict verdict(const std::vector<std::string>& options = {}) const;

  std::filesystem::path file(const std::string& ending) const;

  // Each a copy of the file with one thing wrong, over its whole length. Gives how many were refused, of `count`.
  struct Tally {
    std::size_t refused = 0;
    std::size_t count = 0;
  };
  using Damage = std::function<void(std::string& content, std::size_t at)>;
  Tally damage_all_over(const std::filesystem::path& file, std::size_t places, const Damage& damage) const;
  static void flip(std::string& content, std::size_t at);
  static void cut(std::string& content, std::size_t at);

  const TempFolder folder;
  const std::filesystem::path path = folder.path() / "db";
  std::vector<Seen> expected;

 private:
  const std::filesystem::path intact_ = folder.path() / "intact";
};

std::string content_of(const std::filesystem::path& file);
void write(const std::filesystem::path& file, const std::string& content);

}  // namespace ec::rocks::test
