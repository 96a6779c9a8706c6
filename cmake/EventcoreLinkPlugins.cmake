# eventcore_link_plugins(TARGET NAME ...)
#
# Makes these plugins part of TARGET, a program or a shared library: it is linked with their archives, and they are
# registered by name before main begins (ec_plugin_register). Of this build, or of the installed eventcore.

set(_EVENTCORE_LINK_MODULE_DIR ${CMAKE_CURRENT_LIST_DIR})

# The archive's target.
function(_eventcore_find_archive name target)
  if(TARGET eventcore_plugin_${name}_static)
    set(${target} eventcore_plugin_${name}_static PARENT_SCOPE)
    return()
  endif()
  set(exported ${_EVENTCORE_LINK_MODULE_DIR}/eventcore-plugin-${name}.cmake)
  if(NOT EXISTS ${exported})
    message(FATAL_ERROR "eventcore_link_plugins: there is no static plugin '${name}': neither a target "
      "eventcore_plugin_${name}_static in this build (eventcore_add_plugin(... STATIC)), nor ${exported}")
  endif()
  include(${_EVENTCORE_LINK_MODULE_DIR}/eventcore-plugin-${name}-finds.cmake OPTIONAL)
  include(${exported})
  set(${target} eventcore::plugin_${name}_static PARENT_SCOPE)
endfunction()

function(eventcore_link_plugins target)
  get_target_property(type ${target} TYPE)
  if(NOT type MATCHES "^(EXECUTABLE|SHARED_LIBRARY|MODULE_LIBRARY)$" OR NOT ARGN)
    message(FATAL_ERROR "eventcore_link_plugins(TARGET NAME ...): a program or a shared library, and names of plugins")
  endif()
  set(declarations "")
  set(calls "")
  foreach(name ${ARGN})
    _eventcore_find_archive(${name} archive)
    target_link_libraries(${target} PRIVATE ${archive})
    string(MAKE_C_IDENTIFIER eventcore_plugin_v1_${name} symbol)
    string(APPEND declarations "extern const ec_plugin ${symbol};\n")
    string(APPEND calls "  add(&${symbol});\n")
  endforeach()
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  set(suffix c)
  if(CXX IN_LIST languages)
    set(suffix cpp)
  endif()
  list(JOIN ARGN "_" names)
  set(made ${CMAKE_CURRENT_BINARY_DIR}/${target}_plugins_${names}.${suffix})
  file(CONFIGURE OUTPUT ${made} CONTENT [[
/* Made by eventcore_link_plugins(): the plugins that are linked into @target@ are known before main begins. */
#include <eventcore/abi/eventcore.h>

#include <stdio.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif
@declarations@#ifdef __cplusplus
}
#endif

static void add(const ec_plugin* plugin) {
  ec_error error = EC_ERROR_INIT;
  if (ec_plugin_register(plugin, &error) == EC_OK) return;
  fprintf(stderr, "@target@: %s\n", error.message);
  abort();
}

__attribute__((constructor)) static void add_all(void) {
@calls@}
]] @ONLY)
  target_sources(${target} PRIVATE ${made})
endfunction()
