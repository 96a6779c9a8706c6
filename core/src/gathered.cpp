#include "gathered.hpp"

#include <eventcore/plugin/sized.hpp>
#include <eventcore/plugin/strided.hpp>

#include <cstring>
#include <new>
#include <utility>

namespace ec::core {

namespace {

std::size_t bytes_of(const ec_batch& batch) {
  std::size_t bytes = batch.count * sizeof(ec_event);
  for (const ec_event& event : plugin::strided(batch.events, batch.count, batch.stride))
    bytes += event.stream.size + event.type.size + event.payload.size + event.metadata.size;
  return bytes;
}

// Copies what `view` names to `to`, names the copy instead, and moves on.
template <class View>
void move_to(std::byte*& to, View& view) {
  if (view.size == 0) return;
  std::memcpy(to, view.data, view.size);
  view.data = reinterpret_cast<decltype(view.data)>(to);
  to += view.size;
}

}  // namespace

bool Gathered::add(const ec_batch& batch, Budget& budget) noexcept {
  const std::size_t bytes = bytes_of(batch);
  if (bytes_ + bytes > most_bytes) return false;
  std::size_t left = budget.left;
  do {
    if (left < bytes) return false;
  } while (!budget.left.compare_exchange_weak(left, left - bytes));
  try {
    pieces_.push_back({std::make_unique_for_overwrite<std::byte[]>(bytes), batch});
  } catch (const std::bad_alloc&) {
    budget.left += bytes;
    return false;
  }
  budget_ = &budget;
  bytes_ += bytes;
  Piece& piece = pieces_.back();
  auto* const events = reinterpret_cast<ec_event*>(piece.room.get());
  std::byte* to = piece.room.get() + batch.count * sizeof(ec_event);
  std::size_t count = 0;
  for (const ec_event& event : plugin::strided(batch.events, batch.count, batch.stride)) {
    ec_event& copy = *new (events + count++) ec_event(plugin::known(event, batch.stride));
    move_to(to, copy.stream);
    move_to(to, copy.type);
    move_to(to, copy.payload);
    move_to(to, copy.metadata);
  }
  piece.batch.events = events;
  piece.batch.stride = sizeof(ec_event);
  return true;
}

void Gathered::clear() noexcept {
  pieces_.clear();
  if (budget_ != nullptr) budget_->left += std::exchange(bytes_, 0);
  budget_ = nullptr;
}

}  // namespace ec::core
