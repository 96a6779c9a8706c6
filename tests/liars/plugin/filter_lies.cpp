// Lies about the filter of read_all: after the limit, or in another dialect.
#include "lies.hpp"

#include <eventcore/plugin/filter.hpp>

#include <algorithm>
#include <cctype>
#include <string>

namespace ec::liar {

namespace {

using Texts = std::vector<std::string>;

// A request's filter, to be changed and sent on.
struct FilterCopy {
  explicit FilterCopy(const ec_read_all& request)
      : given(request),
        prefixes(copy(request.prefixes, request.prefix_count)),
        patterns(copy(request.patterns, request.pattern_count)),
        types(copy(request.types, request.type_count)) {}

  static Texts copy(const ec_str* texts, std::size_t count) {
    Texts copied;
    for (std::size_t i = 0; i < count; ++i) copied.emplace_back(plugin::view(texts[i]));
    return copied;
  }
  bool is_empty() const { return prefixes.empty() && patterns.empty() && types.empty(); }

  ec_read_all given;
  Texts prefixes, patterns, types;
};

// Reads everything, and lets through what `passes` says; the limit is counted over what passes.
class OwnFilter : public Teller {
  virtual bool passes(const FilterCopy& filter, std::string_view stream, std::string_view type) const = 0;
  std::unique_ptr<plugin::EventCursor> read_all(const ec_read_all& request, const plugin::Call& call) override {
    const plugin::Filter checked(request);
    const FilterCopy filter(request);
    if (filter.is_empty()) return store_.read_all(request, call);
    const ec_read_all wide{sizeof wide, request.flags, request.after, 0, nullptr, 0, nullptr, 0, nullptr, 0};
    ec_batch last{};
    const auto cursor = store_.read_all(wide, call);
    std::vector<ec_event> events = drained(*cursor, &last);
    std::erase_if(events, [&](const ec_event& event) {
      return !passes(filter, plugin::view(event.stream), plugin::view(event.type));
    });
    ec_position through = last.through;
    if (request.limit != 0 && events.size() > request.limit) {
      events.resize(request.limit);
      if (through.lo != 0) through = events.back().position;
    }
    return made_of(std::move(events), last.head, through);
  }

 protected:
  // As the contract has it, but for prefixes and patterns that these two say more or less of.
  template <class HasPrefix, class Matches>
  static bool passes_with(const FilterCopy& filter, std::string_view stream, std::string_view type,
                          HasPrefix&& has_prefix, Matches&& matches) {
    if (!filter.types.empty() && std::ranges::find(filter.types, type) == filter.types.end()) return false;
    if (filter.prefixes.empty() && filter.patterns.empty()) return true;
    return std::ranges::any_of(filter.prefixes, [&](const std::string& p) { return has_prefix(stream, p); }) ||
           std::ranges::any_of(filter.patterns, [&](const std::string& p) { return matches(p, stream); });
  }
  static bool begins(std::string_view text, std::string_view prefix) { return text.starts_with(prefix); }
};

class FilterAfterLimit : public Teller {
  std::unique_ptr<plugin::EventCursor> read_all(const ec_read_all& request, const plugin::Call& call) override {
    const auto filter = std::make_shared<plugin::Filter>(request);
    const ec_read_all wide{
        sizeof wide, request.flags, request.after, request.limit, nullptr, 0, nullptr, 0, nullptr, 0};
    return edited(store_.read_all(wide, call), [filter](std::vector<ec_event>& events, ec_batch&) {
      std::erase_if(events, [&](const ec_event& event) {
        return !filter->passes(plugin::view(event.stream), plugin::view(event.type));
      });
    });
  }
};

std::string lower(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return folded;
}

class PrefixOfAnyCase : public OwnFilter {
  bool passes(const FilterCopy& filter, std::string_view stream, std::string_view type) const override {
    const auto has_prefix = [](std::string_view text, const std::string& prefix) {
      return lower(text).starts_with(lower(prefix));
    };
    return passes_with(filter, stream, type, has_prefix, plugin::glob_matches);
  }
};

// LIKE without escaping: % is any run, _ any character.
class PrefixAsLike : public OwnFilter {
  bool passes(const FilterCopy& filter, std::string_view stream, std::string_view type) const override {
    const auto has_prefix = [](std::string_view text, std::string pattern) {
      std::ranges::replace(pattern, '%', '*');
      std::ranges::replace(pattern, '_', '?');
      return plugin::glob_matches(pattern + "*", text);
    };
    return passes_with(filter, stream, type, has_prefix, plugin::glob_matches);
  }
};

// As in a path.
class StarStopsAtSlash : public OwnFilter {
  bool passes(const FilterCopy& filter, std::string_view stream, std::string_view type) const override {
    const auto matches = [](const std::string& pattern, std::string_view text) {
      return plugin::glob_matches(pattern, text) && std::ranges::count(text, '/') == std::ranges::count(pattern, '/');
    };
    return passes_with(filter, stream, type, begins, matches);
  }
};

class QuestionMarkIsAByte : public OwnFilter {
  bool passes(const FilterCopy& filter, std::string_view stream, std::string_view type) const override {
    const auto matches = [](const std::string& pattern, std::string_view text) {
      const bool is_ascii =
          std::ranges::none_of(text, [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
      return plugin::glob_matches(pattern, text) && (is_ascii || pattern.find('?') == std::string::npos);
    };
    return passes_with(filter, stream, type, begins, matches);
  }
};

// Knows [!x] and not [^x].
class CaretInvertsNothing : public OwnFilter {
  bool passes(const FilterCopy& filter, std::string_view stream, std::string_view type) const override {
    const auto matches = [](std::string pattern, std::string_view text) {
      const std::size_t at = pattern.find("[^");
      if (at != std::string::npos && pattern.size() > at + 3) std::swap(pattern[at + 1], pattern[at + 2]);
      return plugin::glob_matches(pattern, text);
    };
    return passes_with(filter, stream, type, begins, matches);
  }
};

class TypesUnfiltered : public OwnFilter {
  bool passes(const FilterCopy& filter, std::string_view stream, std::string_view) const override {
    FilterCopy streams = filter;
    streams.types.clear();
    return passes_with(streams, stream, {}, begins, plugin::glob_matches);
  }
};

constexpr Lie lies[] = {
    {"filter_after_limit", make<FilterAfterLimit>},
    {"prefix_of_any_case", make<PrefixOfAnyCase>},
    {"prefix_as_like", make<PrefixAsLike>},
    {"star_stops_at_slash", make<StarStopsAtSlash>},
    {"question_mark_is_a_byte", make<QuestionMarkIsAByte>},
    {"caret_inverts_nothing", make<CaretInvertsNothing>},
    {"types_unfiltered", make<TypesUnfiltered>},
};

}  // namespace

std::span<const Lie> filter_lies() { return lies; }

}  // namespace ec::liar
