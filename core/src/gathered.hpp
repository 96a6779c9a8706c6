// Batches of a read, copied so that the next ones can be asked for: an execution that holds no thread folds several at
// once, instead of going back and forth between its executor and a thread that reads.
#pragma once

#include <eventcore/abi/event_store.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace ec::core {

class Gathered {
 public:
  // What all of a store's executions may hold together.
  struct Budget {
    std::atomic<std::size_t> left{std::size_t{32} * 1024 * 1024};
  };

  Gathered() = default;
  Gathered(const Gathered&) = delete;
  Gathered& operator=(const Gathered&) = delete;
  ~Gathered() { clear(); }

  // A copy of the batch. False: there is no more room for it, and nothing was copied.
  bool add(const ec_batch& batch, Budget& budget) noexcept;
  void clear() noexcept;

  // Gives each batch to take(), in order, until that does not give EC_OK.
  template <class Take>
  ec_status for_each(Take&& take) const {
    ec_status status = EC_OK;
    for (std::size_t i = 0; i < pieces_.size() && status == EC_OK; ++i) status = take(pieces_[i].batch);
    return status;
  }

 private:
  static constexpr std::size_t most_bytes = std::size_t{1024} * 1024;

  struct Piece {
    std::unique_ptr<std::byte[]> room;  // the events, then their bytes
    ec_batch batch;
  };

  std::vector<Piece> pieces_;
  std::size_t bytes_ = 0;
  Budget* budget_ = nullptr;
};

}  // namespace ec::core
