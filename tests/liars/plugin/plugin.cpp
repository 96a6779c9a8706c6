// A plugin that keeps the whole contract but for one sentence, which its option `lie` names.
#include "lies.hpp"

#include <string>

namespace ec::liar {

namespace {

std::vector<Lie> all_lies() {
  std::vector<Lie> all;
  for (const auto& lies : {append_lies(), event_lies(), group_lies(), commit_id_lies(), read_lies(), view_lies(),
                           filter_lies(), list_lies(), bookkeeping_lies(), wait_lies(), border_lies()})
    all.insert(all.end(), lies.begin(), lies.end());
  return all;
}

constexpr ec_option options[] = {{plugin::literal("lie"), EC_OPTION_STRING, 0, plugin::literal(""), plugin::literal(""),
                                  0, 0, plugin::literal("the sentence of the contract that is broken")}};

}  // namespace

consteval ec_plugin described() {
  ec_plugin described = plugin::describe<Teller>("liar", "0.1.0", "keeps the contract but for one sentence", options);
  described.api = &border_api;
  return described;
}

std::unique_ptr<Teller> Teller::open(const plugin::Settings& settings, const plugin::Host&, const plugin::Call&) {
  const std::string wanted(settings.text("lie"));
  if (wanted.empty()) return std::make_unique<Teller>();
  for (const Lie& lie : all_lies())
    if (lie.name == wanted) return lie.make();
  throw plugin::Failure(EC_CONFIG, "there is no lie '" + wanted + "'");
}

void Teller::append(plugin::Appends appends, const plugin::Call& call) {
  call.check();
  for (std::size_t i = 0; i < appends.size(); ++i) append_one(appends.request(i), appends.outcome(i));
}

void Teller::append_one(const ec_append& request, ec_outcome& outcome) {
  store_.append({&request, sizeof request, &outcome, sizeof outcome, 1}, for_ever);
}

std::uint64_t Teller::version_of(ec_str stream) {
  const ec_stream_from from{stream, 0};
  const ec_read request{sizeof request, EC_READ_BACKWARD, &from, 1, sizeof from, 1};
  const auto last = drained(*store_.read(request, for_ever));
  return last.empty() ? 0 : last[0].version;
}

std::size_t Teller::first_broken(const ec_append& request) {
  const auto expects = plugin::expects_of(request);
  std::size_t index = 0;
  while (index < expects.size() && plugin::holds(expects[index], version_of(expects[index].stream))) ++index;
  return index;
}

}  // namespace ec::liar

extern "C" constinit const ec_plugin eventcore_plugin_v1 = ec::liar::described();
