#include "measure.hpp"
#include "memory.hpp"

#include <filesystem>

namespace bench {

namespace {

// A location is for people: behind the folder there may be a remark.
std::filesystem::path folder_of(std::string location) {
  std::error_code error;
  if (const std::size_t remark = location.rfind(" ("); remark != std::string::npos)
    if (!std::filesystem::is_directory(location, error)) location.resize(remark);
  return location;
}

// Files come and go while it counts; what is gone counts nothing.
std::optional<std::uint64_t> bytes_below(const std::filesystem::path& folder) {
  std::error_code error;
  if (!folder.is_absolute() || !std::filesystem::is_directory(folder, error)) return std::nullopt;
  std::uint64_t bytes = 0;
  for (std::filesystem::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    if (const auto size = at->file_size(gone); !gone) bytes += size;
  }
  return bytes;
}

}  // namespace

ec::Result<Outcome> measure(ec::Store& store, const Settings& settings) {
  auto info = store.info();
  if (!info) return std::unexpected(std::move(info.error()));
  const std::filesystem::path folder = folder_of(std::string(ec::detail::view(info->location)));
  auto start = store.head();
  if (!start) return std::unexpected(std::move(start.error()));
  const ec::StreamId other("prefill/" + start->str());
  if (auto filled = fill(store, {other}, settings.prefill, settings); !filled)
    return std::unexpected(std::move(filled.error()));
  auto workload = make_workload(store, settings);
  if (!workload) return std::unexpected(std::move(workload.error()));

  Outcome outcome;
  const auto folder_before = bytes_below(folder);
  outcome.memory_before = status_kib("VmRSS") * 1024;
  forget_peak();
  auto measured = run(**workload, settings);
  if (!measured) return std::unexpected(std::move(measured.error()));
  outcome.memory_peak = status_kib("VmHWM") * 1024;
  outcome.measured = std::move(*measured);
  auto found = (*workload)->finish(outcome.measured.events_written);
  if (!found) return std::unexpected(std::move(found.error()));
  outcome.found = std::move(*found);
  if (outcome.found.followed && outcome.found.followed->left > 0) outcome.measured.interrupted = true;
  const auto folder_after = bytes_below(folder);
  if (folder_before && folder_after) outcome.store_growth = *folder_after - std::min(*folder_before, *folder_after);
  // What was measured until a stop is checked whole; one that comes now ends the check.
  const std::stop_token stop = settings.stop.stop_requested() ? std::stop_token{} : settings.stop;
  auto checked =
      check_history(store, *start, settings.prefill + (*workload)->prepared_events + outcome.measured.events_written,
                    outcome.measured.acknowledged, **workload, stop);
  if (!checked) return std::unexpected(std::move(checked.error()));
  outcome.checked = *checked;
  return outcome;
}

}  // namespace bench
