// Numbers drawn by chance, the same for each seed whatever the standard library: even, or as Zipf's law says.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>

namespace bench {

class Random {
 public:
  // Lanes of one run get sequences of their own.
  explicit Random(std::uint64_t seed, std::uint64_t lane = 0) : random_(seed + lane * 0x9E3779B97F4A7C15ULL) {}

  // From 0 to 1, and not 1.
  double unit() { return static_cast<double>(random_() >> 11U) * 0x1.0p-53; }
  std::uint64_t below(std::uint64_t count) { return static_cast<std::uint64_t>(unit() * static_cast<double>(count)); }

 private:
  std::mt19937_64 random_;
};

// The number k below `count` is drawn in proportion to 1 / (k + 1)^exponent. By rejection-inversion (Hörmann and
// Derflinger, 1996): no table, a little more than one draw for each number.
class Zipf {
 public:
  Zipf(std::uint64_t count, double exponent)
      : count_(static_cast<double>(count)),
        exponent_(exponent),
        begin_(area(1.5) - 1),
        end_(area(count_ + 0.5)),
        sure_(2 - place(area(2.5) - height(2))) {}

  std::uint64_t operator()(Random& random) const {
    for (;;) {
      const double drawn = end_ + random.unit() * (begin_ - end_);
      const double x = place(drawn);
      const double k = std::fmin(std::fmax(std::floor(x + 0.5), 1), count_);
      if (k - x <= sure_ || drawn >= area(k + 0.5) - height(k)) return static_cast<std::uint64_t>(k) - 1;
    }
  }

 private:
  double height(double x) const { return std::exp(-exponent_ * std::log(x)); }
  // The integral of the height from 1, and its inverse; both are good near the exponent 1, too.
  double area(double x) const {
    const double logarithm = std::log(x);
    const double part = (1 - exponent_) * logarithm;
    return (std::fabs(part) > 1e-8 ? std::expm1(part) / part : 1 + part / 2) * logarithm;
  }
  double place(double area) const {
    const double part = std::fmax(area * (1 - exponent_), -1);
    return std::exp((std::fabs(part) > 1e-8 ? std::log1p(part) / part : 1 - part / 2) * area);
  }

  double count_, exponent_, begin_, end_, sure_;
};

}  // namespace bench
