// Where the program's output goes: standard output, or a file that is there when it is whole.
#pragma once

#include <string>
#include <string_view>

namespace cli {

class Output {
 public:
  // Empty or "-": standard output. A regular file is written beside its place and put there by finish(). Throws Failure
  // when that cannot be done; so do flush() and finish().
  explicit Output(std::string path = {});
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output();

  // Add to it, then call drain(): it writes when enough has come together.
  std::string& text() { return text_; }
  void drain();
  void flush();
  void finish();

  // Whether people look at it; then it is without_controls.
  bool is_terminal() const { return is_terminal_; }

 private:
  std::string path_;
  std::string partial_;  // the file that becomes path_; empty: there is none
  int fd_;
  bool is_terminal_ = false;
  std::string text_;
};

// Whether people look at it.
bool is_terminal(int fd);

// What a terminal would obey escaped as JSON does, U+0080 to U+009F too, which JSON lets stand in strings; lines and tabs
// stay.
std::string without_controls(std::string_view text);

}  // namespace cli
