#include "cursors.hpp"

#include <eventcore/plugin/strided.hpp>

#include <algorithm>
#include <limits>

namespace ec::postgres {

namespace {

constexpr std::uint64_t page_streams = 1024;

}  // namespace

ListCursor::ListCursor(Pool& pool, const ec_list& request)
    : pool_(pool),
      prefix_(plugin::view(request.prefix)),
      after_(plugin::view(request.after)),
      left_(request.limit == 0 ? std::numeric_limits<std::uint64_t>::max() : request.limit) {}

void ListCursor::next(const plugin::Call& call, ec_stream_batch& batch) {
  call.check();
  batch_.clear();
  const std::uint64_t asked = std::min(left_, page_streams);
  if (!done_ && left_ > 0) {
    rows_ = pool_.run(statements::list_streams,
                      Parameters().bytes(after_).bytes(prefix_).number(static_cast<std::int64_t>(asked)).number(head_),
                      call, "listing streams");
    std::uint64_t found = 0;
    for (int row = 0; row < rows_.size(); ++row) {
      if (rows_.is_null(row, 0)) {
        if (rows_.int8(row, 1) < head_) throw behind();
        if (head_ < 0) head_ = rows_.int8(row, 1);
        continue;
      }
      ++found;
      const std::string_view stream = rows_.bytes(row, 0);
      if (stream > after_) after_ = stream;
      if (!rows_.is_null(row, 1))  // it came after the first page
        batch_.push_back({plugin::str(stream), static_cast<std::uint64_t>(rows_.int8(row, 1))});
    }
    if (head_ < 0) throw Rows::strange();
    done_ = found < asked;
  }
  left_ -= batch_.size();
  batch.streams = batch_.data();
  batch.count = batch_.size();
  if (done_ || left_ == 0) batch.flags |= EC_BATCH_END;
}

}  // namespace ec::postgres
