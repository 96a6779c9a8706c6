#include "group.hpp"

#include <eventcore/format.hpp>

#include <utility>

namespace cli {

using ec::detail::view;

ec::Result<> Group::add(const ec::StreamId& stream, std::optional<std::uint64_t> version, ec::NewEvent event) {
  const auto [place, is_new] = expect_of_.try_emplace(stream, append_.expects.size());
  if (is_new) {
    append_.expects.push_back(version ? ec::Expect::exact(stream, *version - 1) : ec::Expect::any(stream));
    counts_.push_back(0);
  } else {
    const ec::Expect& expect = append_.expects[place->second];
    const bool has_versions = expect.mode == EC_EXPECT_EXACT;
    const std::uint64_t next = expect.version + counts_[place->second] + 1;
    if (version.has_value() != has_versions)
      return std::unexpected(ec::Error{ec::Code::invalid, "of one commit, either all events of stream '" +
                                                              stream.str() + "' have a version or none"});
    if (version && *version != next)
      return std::unexpected(ec::Error{
          ec::Code::invalid, ec::format("version {} of stream '{}' where {} is next", *version, stream.str(), next)});
  }
  event.expect = place->second;
  bytes_ += event.payload.size() + event.metadata.size();
  ++counts_[place->second];
  append_.events.push_back(std::move(event));
  return {};
}

ec::NewEvent copy_of(const ec_event& event) {
  return {0,
          std::string(view(event.type)),
          std::string(view(event.payload)),
          std::string(view(event.metadata)),
          event.encoding,
          event.schema_version,
          ec::Uuid{event.id},
          event.recorded_at_us};
}

const char* difference(const ec_event& a, const ec_event& b) {
  if (view(a.stream) != view(b.stream)) return "stream";
  if (a.version != b.version) return "version";
  if (ec::Uuid{a.id} != ec::Uuid{b.id}) return "id";
  if (ec::Uuid{a.commit_id} != ec::Uuid{b.commit_id}) return "commit id";
  if (view(a.type) != view(b.type)) return "type";
  if (a.schema_version != b.schema_version) return "schema version";
  if (a.encoding != b.encoding) return "encoding";
  if (a.recorded_at_us != b.recorded_at_us) return "time";
  if (view(a.payload) != view(b.payload)) return "payload";
  if (view(a.metadata) != view(b.metadata)) return "metadata";
  return nullptr;
}

}  // namespace cli
