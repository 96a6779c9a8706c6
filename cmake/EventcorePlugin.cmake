# eventcore_add_plugin(NAME rocksdb SOURCES a.cpp b.cpp [LIBRARIES lib ...] [STATIC [FINDS file.cmake]])
#
# Builds a storage plugin, eventcore_plugin_NAME.so, inside this tree or outside of it: hidden visibility, a version
# script that leaves exactly the one symbol, no symbol of a static library let through, bound at load time, never
# unloaded, installed to $libdir/eventcore/plugins as the component plugin-NAME. Target: eventcore_plugin_NAME. A test,
# exports.plugin_NAME, checks what it exports.
#
# STATIC: an archive besides, libeventcore_plugin_NAME.a, which eventcore_link_plugins() links into programs, those of
# this build and, installed, those that find_package(eventcore) there. FINDS is a CMake file that finds LIBRARIES for
# them. Keep the names in a plugin in a namespace of its own: in such a program it meets others.

include(GNUInstallDirs)

set(_EVENTCORE_PLUGIN_MODULE_DIR ${CMAKE_CURRENT_LIST_DIR})

function(eventcore_add_plugin)
  cmake_parse_arguments(arg "STATIC" "NAME;FINDS" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT arg_NAME OR NOT arg_SOURCES)
    message(FATAL_ERROR "eventcore_add_plugin: NAME and SOURCES are needed")
  endif()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "eventcore_add_plugin: what is '${arg_UNPARSED_ARGUMENTS}'?")
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
  if(arg_STATIC)
    _eventcore_add_archive(${target} ${arg_NAME} "${arg_LIBRARIES}" "${arg_FINDS}")
  endif()
endfunction()

# The plugin's own objects, in which its constant has a name of its own: every plugin calls it eventcore_plugin_v1.
function(_eventcore_add_archive plugin name libraries finds)
  set(target ${plugin}_static)
  string(MAKE_C_IDENTIFIER eventcore_plugin_v1_${name} symbol)
  add_library(${target} STATIC $<TARGET_OBJECTS:${plugin}>)
  target_link_libraries(${target} PRIVATE ${libraries} INTERFACE stdc++ m) # whatever the program is written in
  set_target_properties(${target} PROPERTIES
    LINKER_LANGUAGE CXX
    OUTPUT_NAME ${plugin}
    EXPORT_NAME plugin_${name}_static)
  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND ${CMAKE_OBJCOPY} --redefine-sym eventcore_plugin_v1=${symbol} $<TARGET_FILE:${target}>)
  if(EVENTCORE_INSTALL OR NOT DEFINED EVENTCORE_INSTALL)
    set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/eventcore)
    install(TARGETS ${target} EXPORT eventcore-plugin-${name}
      ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/eventcore/static COMPONENT dev)
    install(EXPORT eventcore-plugin-${name} NAMESPACE eventcore:: DESTINATION ${package_dir} COMPONENT dev)
    if(finds)
      install(FILES ${finds} DESTINATION ${package_dir} RENAME eventcore-plugin-${name}-finds.cmake COMPONENT dev)
    endif()
  endif()
endfunction()
