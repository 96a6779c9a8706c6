#include "markup.hpp"
#include "plot.hpp"

#include <eventcore/format.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace cli::report {

namespace {

constexpr std::array<const char*, shapes> paths = {"M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0Z",
                                                   "M-3.7,-3.7h7.4v7.4h-7.4Z",
                                                   "M0,-5L4.8,3.6H-4.8Z",
                                                   "M0,-5.2L5.2,0L0,5.2L-5.2,0Z",
                                                   "M-1.6,-4.8h3.2v3.2h3.2v3.2h-3.2v3.2h-3.2v-3.2h-3.2v-3.2h3.2Z",
                                                   "M0,5L4.8,-3.6H-4.8Z"};

constexpr double label_height = 16.0 / 220;  // of a plot, report.css
constexpr std::size_t label_characters = 16;
constexpr std::size_t marks_over_time = 5;

std::string across(double share) { return coordinate(share * 1000); }
std::string down(double share) { return coordinate((1 - share) * 1000); }

class Drawing {
 public:
  explicit Drawing(const Plot& plot) : plot_(plot) {}

  std::string made() {
    const bool has_names = plot_.lines.size() <= few_lines && plot_.lines.size() > 1;
    out_ += ec::format("<div class=\"frame{}\"><p class=\"unit\">{}{}<span>{}</span></p>", has_names ? " named" : "",
                       escaped(plot_.what), plot_.what.empty() ? "" : " ", escaped(plot_.unit));
    out_ +=
        ec::format("<div class=\"area\"><svg class=\"chart\" role=\"img\" aria-label=\"{}\">", escaped(description()));
    grid();
    for (const Line& line : plot_.lines) stroke(line);
    for (const Line& line : plot_.lines) marks(line);
    if (has_names) names();
    out_ += "</svg></div></div>";
    return std::move(out_);
  }

 private:
  std::string description() const {
    std::string all = plot_.what + " " + plot_.unit + " against " + plot_.x_name + ":";
    for (const Line& line : plot_.lines) all += " " + shortened(line.series->subject->label, 60) + ";";
    return all + " the figures stand in the table beneath";
  }

  void grid() {
    for (const Tick& tick : plot_.y.ticks()) {
      const std::string y = percent(1 - plot_.y.at(tick.value));
      out_ += ec::format("<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"{}\" y2=\"{}\"/>", y, y);
      out_ += ec::format("<text class=\"y\" x=\"-8\" y=\"{}\" dy=\"4\">{}</text>", y, escaped(tick.text));
    }
    out_ += "<line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"100%\" y2=\"100%\"/>";
    for (const Tick& tick : plot_.x.ticks_across()) {
      const std::string x = percent(plot_.x.at(tick.value));
      out_ += ec::format("<svg x=\"{}\" y=\"100%\"><path class=\"axis\" d=\"M0,0V5\"/>", x);
      out_ += ec::format("<text class=\"x\" y=\"20\">{}</text></svg>", escaped(tick.text));
    }
    out_ += ec::format("<text class=\"x name\" x=\"50%\" y=\"100%\" dy=\"40\">{}</text>", escaped(plot_.x_name));
  }

  // Places are stretched with the plot, the width of strokes is not.
  void stroke(const Line& line) {
    std::string path, band, whiskers;
    for (const Spot& spot : line.spots) {
      const std::string x = across(plot_.x.at(spot.x));
      const bool begins = path.empty() || spot.is_behind_gap;
      path += ec::format("{}{},{}{}", begins ? "M" : "L", x, down(plot_.y.at(spot.y)), begins ? "h0" : "");  // a dot
      if (spot.low && spot.high && *spot.low < *spot.high)
        whiskers += ec::format("M{},{}V{}", x, down(plot_.y.at(*spot.low)), down(plot_.y.at(*spot.high)));
    }
    if (plot_.is_over_time && !whiskers.empty()) band = band_of(line);
    out_ += ec::format("<svg class=\"{}\" viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\">",
                       classes(*line.series->subject));
    if (!band.empty()) out_ += "<path class=\"band\" d=\"" + band + "\"/>";
    if (!plot_.is_over_time && !whiskers.empty()) out_ += "<path class=\"whisker\" d=\"" + whiskers + "\"/>";
    if (line.spots.size() > 1) out_ += "<path class=\"line\" d=\"" + path + "\"/>";
    out_ += "</svg>";
  }

  std::string band_of(const Line& line) const {
    std::string there, back;
    for (const Spot& spot : line.spots) {
      const std::string x = across(plot_.x.at(spot.x));
      there += ec::format("{}{},{}", there.empty() ? "M" : "L", x, down(plot_.y.at(spot.high.value_or(spot.y))));
      back.insert(0, ec::format("L{},{}", x, down(plot_.y.at(spot.low.value_or(spot.y)))));
    }
    return there + back + "Z";
  }

  void marks(const Line& line) {
    const Subject& subject = *line.series->subject;
    out_ += "<g class=\"" + classes(subject) + "\">";
    const std::size_t every = plot_.is_over_time ? std::max<std::size_t>(1, line.spots.size() / marks_over_time) : 1;
    // Those of several lines do not lie on each other.
    const std::size_t first = plot_.is_over_time ? subject.number * every / shapes % every : 0;
    for (std::size_t i = first; i < line.spots.size(); i += every) {
      const Spot& spot = line.spots[i];
      out_ += ec::format("<svg x=\"{}\" y=\"{}\"><title>{}</title>", percent(plot_.x.at(spot.x)),
                         percent(1 - plot_.y.at(spot.y)), label(subject.label) + ": " + escaped(spot.words));
      out_ += "<circle class=\"near\" r=\"11\"/>";
      if (spot.is_late) out_ += "<circle class=\"late\" r=\"8\"/>";
      out_ += mark(subject) + "</svg>";
    }
    out_ += "</g>";
  }

  // Beside the ends of those lines that go to the right edge, moved apart where they would lie on each other.
  void names() {
    struct Name {
      const Line* line;
      double y;
    };
    std::vector<Name> all;
    double right = 0;
    for (const Line& line : plot_.lines)
      if (!line.spots.empty()) right = std::max(right, line.spots.back().x);
    for (const Line& line : plot_.lines)
      if (!line.spots.empty() && line.spots.back().x >= right)
        all.push_back({&line, 1 - plot_.y.at(line.spots.back().y)});
    std::ranges::sort(all, {}, &Name::y);
    for (std::size_t i = 1; i < all.size(); ++i) all[i].y = std::max(all[i].y, all[i - 1].y + label_height);
    for (std::size_t i = all.size(), lowest = 0; i-- > 0; ++lowest)
      all[i].y = std::min(all[i].y, 1 - label_height * static_cast<double>(lowest));
    for (const Name& name : all)
      out_ += ec::format("<text class=\"end\" x=\"100%\" dx=\"8\" y=\"{}\" dy=\"4\">{}</text>", percent(name.y),
                         label(name.line->series->subject->label, label_characters));
  }

  const Plot& plot_;
  std::string out_;
};

}  // namespace

std::string drawn(const Plot& plot) { return Drawing(plot).made(); }

std::string classes(const Subject& subject) {
  return ec::format("c{}{}", subject.number % colours, subject.is_rival ? " rival" : "");
}

std::string hatching(const Subject& subject) { return ec::format("hatch{}", subject.number % colours); }

std::string hatchings() {
  std::string out = "<svg class=\"hatchings\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>";
  for (std::size_t i = 0; i < colours; ++i)
    out += ec::format(
        "<pattern id=\"hatch{}\" class=\"c{}\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
        "patternTransform=\"rotate(45)\"><path d=\"M3,0V6\"/></pattern>",
        i, i);
  return out + "</defs></svg>";
}

std::string mark(const Subject& subject) {
  return ec::format("<path class=\"mark\" d=\"{}\"/>", paths[subject.number % shapes]);
}

std::string legend(const std::vector<const Series*>& all) {
  std::string out = "<ul class=\"legend\">";
  for (const Series* series : all) {
    const Subject& subject = *series->subject;
    out += ec::format(
        "<li class=\"{}\"><svg class=\"key\" width=\"30\" height=\"14\"><path class=\"line\" d=\"M0,7H30\"/>",
        classes(subject));
    out += "<svg x=\"15\" y=\"7\">" + mark(subject) + "</svg></svg>";
    out += ec::format("<span>{}<bdi>{}</bdi>", subject.is_rival ? "<b class=\"badge\">rival</b> " : "",
                      label(subject.label));
    out += ec::format(" <span class=\"aside\">{}{}{}</span></span></li>", label(subject.durability, 120),
                      series->differs.empty() ? "" : "; differs: ", label(series->differs, 120));
  }
  return out + "</ul>";
}

}  // namespace cli::report
