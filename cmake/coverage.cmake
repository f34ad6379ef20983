# `cmake --build build/coverage --target coverage`: executed lines of src after the tests ran. The numbers go to the
# terminal, the pages to coverage/index.html in the build folder.
find_program(LCOV lcov REQUIRED)
find_program(GENHTML genhtml REQUIRED)
set(info ${PROJECT_BINARY_DIR}/coverage.info)
add_custom_target(coverage
  COMMAND ${LCOV} --quiet --capture --directory ${PROJECT_BINARY_DIR}/src --base-directory ${PROJECT_SOURCE_DIR}
          --no-external --output-file ${info}
  COMMAND ${GENHTML} --quiet --prefix ${PROJECT_SOURCE_DIR} --output-directory ${PROJECT_BINARY_DIR}/coverage ${info}
  COMMAND ${LCOV} --list ${info}
  VERBATIM)
add_custom_target(coverage-clear
  COMMAND ${LCOV} --quiet --zerocounters --directory ${PROJECT_BINARY_DIR}
  VERBATIM)
