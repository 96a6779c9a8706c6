# Debian packages, one for each component; scripts/debs makes them.
set(CPACK_GENERATOR DEB)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
# What CPack itself cannot do: see these files.
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian/prepare.cmake)
set(CPACK_POST_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian/finish.cmake)

set(CPACK_PACKAGE_NAME eventcore)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(version ${PROJECT_VERSION}-1)
set(EVENTCORE_DEBIAN_MAINTAINER "the eventcore authors <eventcore@localhost>" CACHE STRING "Of the packages")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER ${EVENTCORE_DEBIAN_MAINTAINER})
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/lib)

set(what "eventcore keeps events in streams and runs commands that read and write
several streams in one atomic step. Storage is a plugin that a configuration
file names.")

# eventcore_deb(COMPONENT PACKAGE SECTION SUMMARY TEXT [FIELD VALUE ...]): FIELD as CPack names it: DEPENDS ...
set(CPACK_COMPONENTS_ALL)
macro(eventcore_deb component package section summary text)
  list(APPEND CPACK_COMPONENTS_ALL ${component})
  string(TOUPPER ${component} _upper)
  set(CPACK_DEBIAN_${_upper}_PACKAGE_NAME ${package})
  set(CPACK_DEBIAN_${_upper}_PACKAGE_SECTION ${section})
  set(CPACK_DEBIAN_${_upper}_DESCRIPTION "${summary}\n${what}\n.\n${text}")
  set(_fields ${ARGN})
  while(_fields)
    list(POP_FRONT _fields _field _value)
    set(CPACK_DEBIAN_${_upper}_PACKAGE_${_field} "${_value}")
  endwhile()
  install(FILES cmake/debian/copyright ${made_dir}/changelog.gz ${made_dir}/changelog.Debian.gz
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
endmacro()

foreach(pair CHANGELOG.md:changelog.gz cmake/debian/changelog:changelog.Debian.gz)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 from)
  list(GET pair 1 to)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${from})
  execute_process(COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/${from} OUTPUT_FILE ${made_dir}/${to}
    COMMAND_ERROR_IS_FATAL ANY)
endforeach()

eventcore_deb(runtime libeventcore0 libs
  "event sourcing with atomic commands over several streams"
  "This package has the library that programs are linked with. It does nothing
without a plugin."
  RECOMMENDS "eventcore-plugin-memory | eventcore-plugin")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/debian/shlibs)
eventcore_deb(dev libeventcore-dev libdevel
  "event sourcing with atomic commands (development files)"
  "This package has what programs and plugins are built with: headers for C++23
and C, files for CMake and pkg-config, archives of the library and its plugins."
  DEPENDS "libeventcore0 (= ${version})"
  SUGGESTS "cmake, pkgconf | pkg-config, eventcore-tools, libyaml-cpp-dev, librocksdb-dev, libpqxx-dev, libpq-dev")
eventcore_deb(tools eventcore-tools utils
  "event sourcing with atomic commands (tools)"
  "This package has eventcore, which looks into a store, moves it and checks it,
and eventcore-conformance, which holds a plugin to the contract."
  DEPENDS "libeventcore0 (= ${version})"
  RECOMMENDS "eventcore-plugin-memory | eventcore-plugin")
set(keeps_memory "in memory, for tests, tools and embedding. They are gone when the program ends.")
set(keeps_rocksdb "in a RocksDB database of the program's own, on stable storage.")
set(keeps_postgres "in a Postgres database that any number of processes share.")
foreach(plugin ${EVENTCORE_PLUGINS})
  eventcore_deb(plugin-${plugin} eventcore-plugin-${plugin} libs
    "event sourcing with atomic commands (plugin ${plugin})"
    "This package has the plugin ${plugin}, which keeps events
${keeps_${plugin}}"
    PROVIDES eventcore-plugin
    ENHANCES libeventcore0)
endforeach()

include(CPack)
