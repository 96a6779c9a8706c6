// Axes: where a value stands between 0 and 1, and which values have a mark.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cli::report {

// 45,120 or 3.14 or 2.50 M: about three digits, and all of them before the point up to a million.
std::string figure(double value);
// 12.4 µs, 850 ms, 2 s.
std::string duration(double microseconds);
// 512 B, 1.5 MiB.
std::string bytes(double count);

using Words = std::string (*)(double);

struct Tick {
  double value;
  std::string text;
};

class Scale {
 public:
  // From 0 to a round number that is not below the highest.
  static Scale linear(double highest, Words words = figure);
  // From 0 to the last value itself.
  static Scale up_to(double last);
  // Between round numbers; each decade as long. Values must be above 0.
  static Scale logarithmic(double lowest, double highest, Words words = figure);
  // The values themselves are marked; logarithmic where they are far apart.
  static Scale of_values(std::vector<double> values);

  double at(double value) const;
  const std::vector<Tick>& ticks() const { return ticks_; }
  // Those whose texts have room beside each other, the last one among them: a phone is narrow.
  std::vector<Tick> ticks_across() const;

 private:
  Scale(double first, double last, bool is_logarithmic, double margin)
      : first_(first), last_(last), is_logarithmic_(is_logarithmic), margin_(margin) {}

  double first_, last_;
  bool is_logarithmic_;
  double margin_;  // on both sides
  std::vector<Tick> ticks_;
};

}  // namespace cli::report
