# eventcore_test_conformance(NAME [OPTION ...])
#
# A test, conformance.NAME, that holds the plugin of eventcore_add_plugin(NAME ...) to the contract, on a store with
# these options: lines of YAML, as in "path: /var/tmp/store". The store may be there already; nobody else may write into
# it meanwhile.

# Sanitizers look at every line, but not at so many random calls and kills: a process that they watch is many times
# slower.
set(_EVENTCORE_SHORTER)
if(EVENTCORE_SANITIZE)
  set(_EVENTCORE_SHORTER --kills 5 --operations 500)
endif()

# NAME.yaml in the binary folder opens a plugin of this build; OPTIONS are lines of it.
function(eventcore_write_config name plugin)
  list(JOIN ARGN "\n  " options)
  set(text "plugin: '$<TARGET_FILE:eventcore_plugin_${plugin}>'\n")
  if(options)
    string(APPEND text "options:\n  ${options}\n")
  endif()
  file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${name}.yaml CONTENT "${text}")
endfunction()

function(eventcore_test_conformance plugin)
  if(NOT TARGET eventcore::conformance)
    message(FATAL_ERROR "eventcore_test_conformance(${plugin}): eventcore-conformance is not there; "
      "install the tools of eventcore (the component tools, the Debian package eventcore-tools)")
  endif()
  eventcore_write_config(${plugin} ${plugin} ${ARGN})
  add_test(NAME conformance.${plugin}
    COMMAND eventcore::conformance --config ${CMAKE_CURRENT_BINARY_DIR}/${plugin}.yaml ${_EVENTCORE_SHORTER})
endfunction()
