#include "secrets.hpp"

#include <eventcore/plugin/failure.hpp>

#include <algorithm>

namespace ec::core {

void Secrets::add(const std::string& secret) {
  if (secret.empty()) return;
  const auto shorter = [&](const std::string& each) { return each.size() < secret.size(); };
  secrets_.insert(std::find_if(secrets_.begin(), secrets_.end(), shorter), secret);
}

std::string Secrets::redact(std::string_view message) const {
  constexpr std::string_view stars = "***";
  constexpr std::size_t longest_character = 4;
  const bool cut_off = message.size() + longest_character >= sizeof(ec_error::message);
  std::string result(message);
  for (const std::string& secret : secrets_) {
    for (std::size_t at = 0; (at = result.find(secret, at)) != std::string::npos; at += stars.size())
      result.replace(at, secret.size(), stars);
    for (std::size_t size = std::min(secret.size(), result.size()); cut_off && size > 0; --size) {
      if (!result.ends_with(std::string_view(secret).substr(0, size))) continue;
      result.replace(result.size() - size, size, stars);
      break;
    }
  }
  return result;
}

void Secrets::redact(ec_error& error) const noexcept {
  error.message[sizeof error.message - 1] = '\0';
  error.native_code[sizeof error.native_code - 1] = '\0';
  if (secrets_.empty()) return;
  try {
    plugin::copy_text(error.message, sizeof error.message, redact(std::string_view(error.message)));
  } catch (...) {
    plugin::copy_text(error.message, sizeof error.message, "out of memory for the message");
  }
}

}  // namespace ec::core
