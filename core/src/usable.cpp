#include "first_release.hpp"
#include "usable.hpp"

namespace ec::core {

namespace {

template <class... Functions>
bool all_there(Functions... functions) {
  return (... && (functions != nullptr));
}

}  // namespace

std::string why_not_usable(const ec_plugin& plugin) {
  if (plugin.magic != EC_PLUGIN_MAGIC)
    return "its " EC_PLUGIN_SYMBOL " does not begin with the magic number; it is no eventcore plugin";
  if (plugin.abi_major != EC_ABI_MAJOR)
    return "it was built for version " + std::to_string(plugin.abi_major) +
           " of the plugin interface, this libeventcore has version " + std::to_string(EC_ABI_MAJOR) +
           "; install the plugin that goes with it";
  if (plugin.struct_size < first_size<ec_plugin>)
    return "its ec_plugin has " + std::to_string(plugin.struct_size) + " bytes, at least " +
           std::to_string(first_size<ec_plugin>) + " are needed";
  if (plugin.name.data == nullptr || plugin.name.size == 0) return "it has no name";
  if (plugin.open == nullptr || plugin.api == nullptr) return "it has no open function or no table";
  const ec_store_api& api = *plugin.api;
  if (api.struct_size < first_size<ec_store_api>)
    return "its table has " + std::to_string(api.struct_size) + " bytes, at least " +
           std::to_string(first_size<ec_store_api>) + " are needed";
  if (!all_there(api.close, api.info, api.append, api.read, api.read_all, api.next, api.close_cursor, api.head,
                 api.list_streams, api.next_streams, api.close_stream_cursor, api.get_extension))
    return "a function is missing in its table";
  if (plugin.option_count > 0 && (plugin.options == nullptr || plugin.option_stride < first_size<ec_option> ||
                                  plugin.option_stride % alignof(ec_option) != 0))
    return "its option schema is broken";
  return {};
}

}  // namespace ec::core
