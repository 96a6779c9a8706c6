#include "scale.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace cli::report {

namespace {

// A phone's plot is about as wide as 34 characters, and two need space between them.
constexpr double character_width = 1.0 / 34;

std::string digits(double value, int behind_point) {
  std::array<char, 512> text{};
  const auto written =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, behind_point);
  return {text.data(), written.ptr};
}

std::string short_digits(double value) {
  if (!std::isfinite(value) || std::abs(value) >= 1e15) {
    std::array<char, 64> text{};
    const auto written = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, 1);
    return {text.data(), written.ptr};
  }
  const double size = std::abs(value);
  std::string text = digits(value, size >= 99.95 || size == 0 ? 0 : size >= 9.995 ? 1 : 2);
  if (text.find('.') == std::string::npos) return text;
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string with_commas(const std::string& text) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i != 0 && (text.size() - i) % 3 == 0) made += ',';
    made += text[i];
  }
  return made;
}

double characters(const std::string& text) {
  return static_cast<double>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

double power_of_ten(double exponent) { return std::pow(10.0, exponent); }

// The round number (1, 2 or 5 and zeros) that is not below, or not above.
double round_up(double value) {
  const double decade = power_of_ten(std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 5.0})
    if (decade * step >= value * (1 - 1e-9)) return decade * step;
  return decade * 10;
}

double round_down(double value) {
  const double decade = power_of_ten(std::floor(std::log10(value)));
  for (const double step : {5.0, 2.0})
    if (decade * step <= value * (1 + 1e-9)) return decade * step;
  return decade;
}

// What no measurement gives would make an axis without end.
double within_reason(double value) { return std::isfinite(value) && value > 0 ? std::clamp(value, 1e-30, 1e30) : 1; }

}  // namespace

std::string figure(double value) {
  const double size = std::abs(value);
  if (size >= 1e15 || !std::isfinite(value)) return short_digits(value);
  if (size >= 1e9) return short_digits(value / 1e9) + " G";
  if (size >= 1e6) return short_digits(value / 1e6) + " M";
  return value >= 999.5 ? with_commas(digits(value, 0)) : short_digits(value);
}

std::string duration(double microseconds) {
  if (microseconds < 0.9995) return short_digits(microseconds * 1e3) + " ns";
  if (microseconds < 999.5) return short_digits(microseconds) + " µs";
  if (microseconds < 999.5e3) return short_digits(microseconds / 1e3) + " ms";
  return figure(microseconds / 1e6) + " s";
}

std::string bytes(double count) {
  constexpr std::array<const char*, 5> units = {" B", " KiB", " MiB", " GiB", " TiB"};
  std::size_t unit = 0;
  for (; unit + 1 < units.size() && count >= 1023.5; ++unit) count /= 1024;
  return figure(count) + units[unit];
}

Scale Scale::linear(double highest, Words words) {
  highest = within_reason(highest);
  const double step = round_up(highest / 5);
  const double count = std::ceil(highest / step * (1 - 1e-9));
  Scale made(0, step * count, false, 0);
  for (double i = 0; i <= count; ++i) made.ticks_.push_back({step * i, words(step * i)});
  return made;
}

Scale Scale::up_to(double last) {
  Scale made = linear(last);
  made.last_ = within_reason(last);
  std::erase_if(made.ticks_, [&](const Tick& tick) { return tick.value > made.last_ * (1 + 1e-9); });
  return made;
}

Scale Scale::logarithmic(double lowest, double highest, Words words) {
  lowest = within_reason(lowest);
  highest = std::max(lowest, within_reason(highest));
  double first = round_down(lowest);
  double last = round_up(highest);
  if (first == last) last = round_up(last * 1.5);
  Scale made(first, last, true, 0);
  const double decades = std::log10(last / first);
  const double every = std::max(1.0, std::ceil(decades / 7));
  const double begin = std::floor(std::log10(first));
  for (double exponent = begin; exponent <= std::ceil(std::log10(last)); exponent += every) {
    for (const double step : {1.0, 2.0, 5.0}) {
      const double value = power_of_ten(exponent) * step;
      if (value < first * (1 - 1e-9) || value > last * (1 + 1e-9) || (step != 1 && decades > 2)) continue;
      made.ticks_.push_back({value, words(value)});
    }
  }
  return made;
}

Scale Scale::of_values(std::vector<double> values) {
  std::ranges::sort(values);
  values.erase(std::ranges::unique(values).begin(), values.end());
  if (values.empty()) values.push_back(1);
  const double first = values.front(), last = values.back();
  Scale made(first, last, first > 0 && last / first >= 8, 0.04);
  for (const double value : values) made.ticks_.push_back({value, figure(value)});
  return made;
}

std::vector<Tick> Scale::ticks_across() const {
  const auto half_width = [](const Tick& tick) { return character_width * (characters(tick.text) + 1) / 2; };
  std::vector<Tick> kept;
  double taken_to = -1;
  const double free_to = ticks_.empty() ? 1 : at(ticks_.back().value) - half_width(ticks_.back());
  for (std::size_t i = 0; i < ticks_.size(); ++i) {
    const double place = at(ticks_[i].value), half = half_width(ticks_[i]);
    if (i + 1 < ticks_.size() && (place - half < taken_to || place + half > free_to)) continue;
    taken_to = place + half;
    kept.push_back(ticks_[i]);
  }
  return kept;
}

double Scale::at(double value) const {
  if (first_ == last_) return 0.5;
  const double share =
      is_logarithmic_ ? std::log(value / first_) / std::log(last_ / first_) : (value - first_) / (last_ - first_);
  return margin_ + std::clamp(std::isfinite(share) ? share : 0.0, 0.0, 1.0) * (1 - 2 * margin_);
}

}  // namespace cli::report
