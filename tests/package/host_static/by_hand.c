/* What eventcore_link_plugins() does, by hand. */
#include <eventcore/abi/eventcore.h>

#include <stdio.h>

// snippet: by-hand
extern const ec_plugin eventcore_plugin_v1_memory; /* of libeventcore_plugin_memory.a */

int main(void) {
  ec_error error = EC_ERROR_INIT;
  ec_store* store = NULL;
  ec_status status = ec_plugin_register(&eventcore_plugin_v1_memory, &error);
  if (status == EC_OK) status = ec_store_open("memory.yaml", NULL, &store, &error);
  // snippet end
  if (status != EC_OK) fprintf(stderr, "%s\n", error.message);
  if (status == EC_OK && ec_store_plugin(store) == &eventcore_plugin_v1_memory) puts("opened");
  ec_store_close(store);
  return status == EC_OK ? 0 : 1;
}
