// A projection as the engine sees it, whatever its type. See projection.hpp.
#pragma once

#include <eventcore/detail/delivery_run.hpp>
#include <eventcore/projection_options.hpp>

#include <cstdint>
#include <optional>

namespace ec::detail {

class AnyProjection {
 public:
  AnyProjection() = default;
  AnyProjection(const AnyProjection&) = delete;
  AnyProjection& operator=(const AnyProjection&) = delete;
  virtual ~AnyProjection() = default;

  virtual Result<> handle(const RecordedEvent& event, const Delivery& delivery) = 0;
  // One event after the other until the run is over. An error is that of the event it stands at.
  virtual Result<> handle(DeliveryRun& run) = 0;
  virtual Result<Reaction> react(const RecordedEvent& event, const Error& error, std::uint32_t attempt) = 0;
  // Whether what is handled is seen at once, and not just when it is kept.
  virtual bool shows_at_once() const = 0;
  // What was handled is to be kept for good; then the checkpoint follows.
  virtual Result<> flush() = 0;
  // Only of those that keep their checkpoint themselves.
  virtual bool keeps_checkpoint() const = 0;
  virtual Result<std::optional<Position>> load() = 0;
  virtual Result<> save(Position through, std::uint64_t fence) = 0;
  // Forgets what was handled since the last save, where it can.
  virtual Result<> discard() = 0;
  // What was built of events behind that position goes; only of those that can.
  virtual bool can_reset() const = 0;
  virtual Result<> reset(Position to) = 0;
  // From now on it is the one that is read.
  virtual Result<> take_over() = 0;
};

}  // namespace ec::detail
