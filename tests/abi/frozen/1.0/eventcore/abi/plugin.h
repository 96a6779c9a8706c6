/* eventcore ABI, plugin: the one symbol that a storage plugin exports.
 *
 * A plugin is a shared library with exactly one exported symbol, the constant eventcore_plugin_v1. libeventcore reads
 * it without running plugin code, checks the options of the configuration against the schema in it, and calls open.
 * Libraries are loaded with RTLD_NOW | RTLD_LOCAL and never unloaded.
 *
 *   extern const ec_store_api my_api;
 *   ec_status my_open(const ec_setting *settings, size_t count, size_t stride, const ec_host *host,
 *                     const ec_call *call, ec_backend **backend, ec_error *error);
 *   const ec_plugin eventcore_plugin_v1 = {EC_PLUGIN_MAGIC, sizeof(ec_plugin), EC_ABI_MAJOR, EC_ABI_MINOR,
 *                                          EC_LIT("mine"), EC_LIT("1.0"), EC_LIT("keeps events somewhere"),
 *                                          NULL, 0, sizeof(ec_option), &my_api, my_open};
 */
#ifndef EVENTCORE_ABI_PLUGIN_H
#define EVENTCORE_ABI_PLUGIN_H

#include <eventcore/abi/event_store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Both directions of a mistake are caught: a file that is no plugin, and one of another byte order. */
#define EC_PLUGIN_MAGIC UINT64_C(0x4543504c55473031)
#define EC_PLUGIN_SYMBOL "eventcore_plugin_v1"

/* What the text of an option must look like. The core checks it, expands ${NAME} and ${file:PATH}, and hands it over in
 * the form that stands behind the arrow. */
enum {
  EC_OPTION_STRING = 1,
  EC_OPTION_BOOL = 2,     /* true/false/yes/no/on/off -> true or false */
  EC_OPTION_UINT = 3,     /* decimal, within min and max */
  EC_OPTION_SIZE = 4,     /* 64MiB, 4096, 1GB -> bytes, decimal */
  EC_OPTION_DURATION = 5, /* 250ms, 10s, 5m -> milliseconds, decimal */
  EC_OPTION_CHOICE = 6,   /* one of `choices` */
  EC_OPTION_PATH = 7      /* relative ones are taken from the configuration file's folder -> absolute */
};

#define EC_OPTION_REQUIRED 1u
#define EC_OPTION_SECRET 2u /* its value appears in no message */

typedef struct ec_option {
  ec_str name; /* nested ones with dots: cache.size */
  uint32_t type;
  uint32_t flags;
  ec_str default_value; /* as in a configuration; empty: none, the plugin does without */
  ec_str choices;       /* EC_OPTION_CHOICE: separated by | */
  uint64_t min;         /* EC_OPTION_UINT, SIZE (bytes), DURATION (ms) */
  uint64_t max;         /* 0 = no bound */
  ec_str description;   /* one line for people */
} ec_option;

/* One option as it reaches the plugin; given ones and defaults alike. */
typedef struct ec_setting {
  ec_str key;
  ec_str value;
  ec_str origin; /* for messages: bank.yaml:12:7, or "default" */
} ec_setting;

enum { EC_LOG_DEBUG = 0, EC_LOG_INFO = 1, EC_LOG_WARNING = 2, EC_LOG_ERROR = 3 };

/* What the core offers a plugin; good for as long as the backend is open. log may be called from any thread. */
typedef struct ec_host {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx;
  void (*log)(void* ctx, int level, ec_str message);
} ec_host;

typedef struct ec_plugin {
  uint64_t magic; /* EC_PLUGIN_MAGIC */
  uint32_t struct_size;
  uint16_t abi_major; /* EC_ABI_MAJOR of the headers it was built with */
  uint16_t abi_minor;
  ec_str name;        /* as in the configuration: rocksdb */
  ec_str version;     /* of the plugin, for people */
  ec_str description; /* one line for people */
  const ec_option* options;
  size_t option_count;
  size_t option_stride;
  const ec_store_api* api;
  /* Opens a backend; `settings` hold each option that was given or has a default, once. On failure nothing is left
   * open. The deadline of `call` counts. */
  ec_status (*open)(const ec_setting* settings, size_t setting_count, size_t setting_stride, const ec_host* host,
                    const ec_call* call, ec_backend** backend, ec_error* error);
} ec_plugin;

/* The symbol itself; declared here so that a definition gets C linkage and is checked. */
__attribute__((visibility("default"))) extern const ec_plugin eventcore_plugin_v1;

#ifdef __cplusplus
}
#endif
#endif
