# eventcore_add_plugin(NAME rocksdb SOURCES a.cpp b.cpp [LIBRARIES lib ...])
#
# Builds a storage plugin, eventcore_plugin_NAME.so, inside this tree or outside of it: hidden visibility, a version
# script that leaves exactly the one symbol, no symbol of a static library let through, bound at load time, never
# unloaded, installed to $libdir/eventcore/plugins as the component plugin-NAME. Target: eventcore_plugin_NAME. A test,
# exports.plugin_NAME, checks what it exports.

include(GNUInstallDirs)

set(_EVENTCORE_PLUGIN_MODULE_DIR ${CMAKE_CURRENT_LIST_DIR})

function(eventcore_add_plugin)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT arg_NAME OR NOT arg_SOURCES)
    message(FATAL_ERROR "eventcore_add_plugin: NAME and SOURCES are needed")
  endif()
  set(target eventcore_plugin_${arg_NAME})
  set(script ${_EVENTCORE_PLUGIN_MODULE_DIR}/plugin.map)
  add_library(${target} MODULE ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE eventcore::headers ${arg_LIBRARIES})
  set_target_properties(${target} PROPERTIES
    PREFIX ""
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    INSTALL_RPATH "" # it is linked with nothing of eventcore's
    LINK_DEPENDS ${script})
  if(EVENTCORE_PLUGIN_OUTPUT_DIRECTORY)
    set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${EVENTCORE_PLUGIN_OUTPUT_DIRECTORY})
  endif()
  target_link_options(${target} PRIVATE
    LINKER:--version-script=${script} LINKER:--exclude-libs,ALL LINKER:-z,now LINKER:-z,nodelete)
  if(NOT EVENTCORE_SANITIZE) # a sanitizer's runtime is in the program, so the library has open symbols
    target_link_options(${target} PRIVATE LINKER:-z,defs)
  endif()
  if(EVENTCORE_INSTALL OR NOT DEFINED EVENTCORE_INSTALL) # outside of eventcore's tree it is not defined
    install(TARGETS ${target}
      LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/eventcore/plugins COMPONENT plugin-${arg_NAME})
  endif()
  if(EVENTCORE_TESTS OR NOT DEFINED EVENTCORE_TESTS)
    add_test(NAME exports.plugin_${arg_NAME}
      COMMAND ${_EVENTCORE_PLUGIN_MODULE_DIR}/check_exports.sh $<TARGET_FILE:${target}> "^eventcore_plugin_v1$" 1)
  endif()
endfunction()
