# What `cmake --install` installs besides targets, which their own folders do. The components: runtime, dev, tools,
# plugin-NAME.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/eventcore)
set(made_dir ${PROJECT_BINARY_DIR}/package)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/eventcoreConfig.cmake.in ${made_dir}/eventcoreConfig.cmake
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(${made_dir}/eventcoreConfigVersion.cmake COMPATIBILITY SameMinorVersion)
file(RELATIVE_PATH EVENTCORE_PC_TO_PREFIX
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" EVENTCORE_PC_TO_PREFIX ${EVENTCORE_PC_TO_PREFIX})
configure_file(${PROJECT_SOURCE_DIR}/cmake/eventcore.pc.in ${made_dir}/eventcore.pc @ONLY)

install(FILES ${made_dir}/eventcoreConfig.cmake ${made_dir}/eventcoreConfigVersion.cmake
  cmake/EventcorePlugin.cmake cmake/EventcoreLinkPlugins.cmake cmake/EventcoreConformance.cmake cmake/plugin.map
  DESTINATION ${package_dir} COMPONENT dev)
install(PROGRAMS cmake/check_exports.sh DESTINATION ${package_dir} COMPONENT dev)
install(FILES ${made_dir}/eventcore.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
foreach(part headers host static)
  install(EXPORT eventcore-${part} NAMESPACE eventcore:: DESTINATION ${package_dir} COMPONENT dev)
endforeach()

# Each annotated configuration goes with its plugin.
foreach(plugin ${EVENTCORE_PLUGINS})
  install(FILES config/${plugin}.yaml DESTINATION ${CMAKE_INSTALL_DATADIR}/eventcore/config COMPONENT plugin-${plugin})
endforeach()
