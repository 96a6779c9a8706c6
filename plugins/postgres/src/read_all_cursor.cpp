#include "cursors.hpp"
#include "promises.hpp"

#include <eventcore/plugin/strided.hpp>

#include <algorithm>
#include <limits>

namespace ec::postgres {

namespace {

constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
// Looked at by one statement, so that a filter that lets little through does not make one that lasts.
constexpr std::uint64_t window = 32 * 1024;

// What every stream that matches begins with.
std::string_view literal_prefix(std::string_view pattern) { return pattern.substr(0, pattern.find_first_of("*?[")); }

}  // namespace

ReadAllCursor::ReadAllCursor(Pool& pool, const ec_read_all& request)
    : pool_(pool),
      filter_(request),
      backward_((request.flags & EC_READ_BACKWARD) != 0),
      left_(request.limit == 0 ? std::numeric_limits<std::uint64_t>::max() : request.limit),
      has_patterns_(request.pattern_count > 0),
      filters_(!filter_.passes_everything()) {
  at_ = request.after.hi != 0 ? most : std::min(request.after.lo, most);
  if (backward_ && request.after.hi == 0 && request.after.lo == 0) at_ = most;
  for (std::size_t i = 0; i < request.prefix_count; ++i) prefixes_.add(plugin::view(request.prefixes[i]));
  for (std::size_t i = 0; i < request.pattern_count; ++i)
    prefixes_.add(literal_prefix(plugin::view(request.patterns[i])));
  for (std::size_t i = 0; i < request.type_count; ++i) types_.add(plugin::view(request.types[i]));
}

void ReadAllCursor::load(const plugin::Call& call) {
  // Patterns are told by the SDK's own matcher, the server only narrows them down, so it cannot count what passes.
  const std::uint64_t asked =
      has_patterns_ && keeps(Promise::filter_before_limit) ? page_events : std::min(left_, page_events);
  std::uint64_t head = 0;
  if (backward_ && !has_head_) {
    const Rows rows = pool_.run(statements::head, Parameters(), call, "reading");
    head_ = static_cast<std::uint64_t>(rows.int8(0, 0));
    has_head_ = true;
    at_ = std::min(at_, head_ + 1);
    if (at_ <= 1) return;
  }
  const std::uint64_t low = backward_ ? (filters_ && at_ > window ? at_ - window : 1) : at_;
  std::uint64_t high = backward_ ? at_ : filters_ && at_ < most - window ? at_ + window : most;
  if (has_head_ && !backward_) high = std::min(high, head_);
  Parameters parameters;
  parameters.number(static_cast<std::int64_t>(backward_ ? high : low))
      .number(static_cast<std::int64_t>(backward_ ? low : high))
      .array(prefixes_)
      .array(types_)
      .number(static_cast<std::int64_t>(asked));
  page_.load(pool_, backward_ ? statements::read_all_backward : statements::read_all, parameters, asked, backward_,
             call, head);
  if (has_head_ && head < head_) throw behind();
  if (!has_head_) head_ = head;
  has_head_ = true;
  const auto events = page_.events();
  if (page_.has_more() && !events.empty())
    at_ = events.back().position.lo;
  else
    at_ = backward_ ? low : std::max(at_, std::min(high, head_));
  if (has_patterns_) filter_patterns();
  if constexpr (!keeps(Promise::filter_before_limit)) left_ = page_.events().size();
}

void ReadAllCursor::filter_patterns() {
  const auto events = page_.events();
  std::size_t kept = 0;
  for (const ec_event& event : events) {
    if (!filter_.passes(plugin::view(event.stream), plugin::view(event.type))) continue;
    events[kept++] = event;
    if (kept < left_) continue;
    at_ = event.position.lo;
    break;
  }
  page_.keep(kept);
}

void ReadAllCursor::next(const plugin::Call& call, ec_batch& batch) {
  call.check();
  page_.keep(0);
  const auto more = [this] { return left_ > 0 && (!has_head_ || (backward_ ? at_ > 1 : at_ < head_)); };
  if (more()) load(call);
  const auto events = page_.events();
  left_ -= events.size();
  batch.events = events.data();
  batch.count = events.size();
  batch.head = {0, head_};
  if (!backward_) batch.through = {0, std::min(at_, head_)};
  if (!more()) batch.flags |= EC_BATCH_END;
}

}  // namespace ec::postgres
