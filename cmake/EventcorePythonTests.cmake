# Tests in Python: programs are run as a user runs them (tests/support/programs.py).
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# Each `def test_...` of the file is a test of its own, PREFIX.<what>. What stands behind the file are further
# properties of its tests.
function(add_python_tests prefix file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(STRINGS ${file} lines REGEX "^    def test_")
  foreach(line ${lines})
    string(REGEX REPLACE "^    def test_([a-z0-9_]+).*" "\\1" what ${line})
    add_test(NAME ${prefix}.${what}
      COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${PROJECT_BINARY_DIR} ${PROJECT_SOURCE_DIR} Test.test_${what})
    set_tests_properties(${prefix}.${what} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77 ENVIRONMENT PYTHONDONTWRITEBYTECODE=1 ${ARGN})
  endforeach()
endfunction()
