#include "recent.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

namespace ec::rocks {

namespace {

constexpr std::size_t segment_bytes = 1024 * 1024;

}  // namespace

void Recent::Segment::add(std::uint32_t count, std::string_view record) {
  const Place place{static_cast<std::uint32_t>(used_), static_cast<std::uint32_t>(record.size())};
  places_.resize(places_.size() + count, place);
  std::memcpy(bytes_.get() + used_, record.data(), record.size());
  used_ += record.size();
  behind_ += count;
}

std::string_view Recent::Segment::record_at(std::uint64_t position) const {
  const Place& place = places_[position - first_];
  return {bytes_.get() + place.offset, place.size};
}

void Recent::add(std::uint64_t position, std::uint32_t count, std::string_view record) noexcept {
  if (most_bytes_ == 0) return;
  const std::unique_lock lock(mutex_);
  try {
    const bool follows = !segments_.empty() && segments_.back()->behind() == position;
    if (!follows || !segments_.back()->has_room(record.size())) {
      if (!follows) clear();
      add_segment(position, std::max(record.size(), segment_bytes));
    }
    segments_.back()->add(count, record);
  } catch (const std::bad_alloc&) {
    clear();
  }
  while (bytes_ > most_bytes_) {
    bytes_ -= segments_.front()->capacity();
    segments_.pop_front();
  }
}

void Recent::add_segment(std::uint64_t position, std::size_t bytes) {
  segments_.push_back(std::make_shared<Segment>(position, bytes));
  bytes_ += bytes;
}

void Recent::forget() noexcept {
  const std::unique_lock lock(mutex_);
  clear();
}

void Recent::clear() noexcept {
  segments_.clear();
  bytes_ = 0;
}

std::uint64_t Recent::first() const {
  const std::shared_lock lock(mutex_);
  return segments_.empty() ? std::numeric_limits<std::uint64_t>::max() : segments_.front()->first();
}

std::string_view Recent::find(const IndexEntry& entry, Held& held) const {
  if (segments_.empty() || entry.record < segments_.front()->first()) return {};
  const auto behind = [](const std::shared_ptr<Segment>& segment, std::uint64_t position) {
    return segment->behind() <= position;
  };
  const auto segment = std::lower_bound(segments_.begin(), segments_.end(), entry.record, behind);
  if (segment == segments_.end()) return {};
  if (held.empty() || held.back() != *segment) held.push_back(*segment);
  return (*segment)->record_at(entry.record);
}

}  // namespace ec::rocks
