# find_package(ondelet) and pkg-config for an installed library.
include(CMakePackageConfigHelpers)

install(TARGETS ondelet EXPORT ondelet-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ondelet DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
if(ONDELET_PROGRAM)
  if(BUILD_SHARED_LIBS)
    file(RELATIVE_PATH to_library /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
    set_target_properties(ondelet_program PROPERTIES INSTALL_RPATH "$ORIGIN/${to_library}")
  endif()
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/models DESTINATION ${CMAKE_INSTALL_DATADIR}/ondelet
    FILES_MATCHING PATTERN "*.safetensors")
  install(TARGETS ondelet_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  if(TARGET ondelet_mpi)
    install(TARGETS ondelet_mpi RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT mpi)
    if(BUILD_SHARED_LIBS)
      set_target_properties(ondelet_mpi PROPERTIES INSTALL_RPATH "$ORIGIN/${to_library}")
    endif()
  endif()
  # Manual pages and completions come from the program itself, which must run on this machine to make them.
  if(NOT CMAKE_CROSSCOMPILING AND NOT ONDELET_SANITIZE)
    set(share ${PROJECT_BINARY_DIR}/share)
    add_custom_command(OUTPUT ${share}/man/man1/ondelet.1
      COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:ondelet_program> -DFOLDER=${share}
              -P ${PROJECT_SOURCE_DIR}/cmake/manuals.cmake
      DEPENDS ondelet_program ${PROJECT_SOURCE_DIR}/cmake/manuals.cmake
      COMMENT "Manual pages and completions" VERBATIM)
    add_custom_target(ondelet_manuals ALL DEPENDS ${share}/man/man1/ondelet.1)
    install(DIRECTORY ${share}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR})
    install(DIRECTORY ${share}/bash-completion ${share}/zsh ${share}/fish DESTINATION ${CMAKE_INSTALL_DATADIR})
  endif()
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ondelet)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/ondelet-config.cmake.in
  ${PROJECT_BINARY_DIR}/ondelet-config.cmake INSTALL_DESTINATION ${package_dir}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ondelet-config-version.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT ondelet-targets NAMESPACE ondelet:: DESTINATION ${package_dir})
install(FILES ${PROJECT_BINARY_DIR}/ondelet-config.cmake ${PROJECT_BINARY_DIR}/ondelet-config-version.cmake
  DESTINATION ${package_dir})

# What a static library needs, its users must link; what a shared library needs, it finds by itself (".private").
# OpenBLAS by name, not by its .pc file, which asks the linker for a Fortran library that its users need not have.
string(STRIP "${ONDELET_FFT_MODULE} libpng libjpeg zlib jansson" pc_requires)
set(pc_libs lapacke openblas lbfgs ${OpenMP_C_LIB_NAMES} m)
list(TRANSFORM pc_libs PREPEND -l)
list(PREPEND pc_libs ${ONDELET_FFTW_LIBRARIES}) # as they were given: paths and flags
set(pc_folders ${OPENBLAS_LIBRARY_DIRS})
list(TRANSFORM pc_folders PREPEND -L)
list(PREPEND pc_libs ${pc_folders})
list(JOIN pc_libs " " pc_libs)
set(pc_private ".private")
set(pc_public_libs "")
if(NOT BUILD_SHARED_LIBS)
  set(pc_private "")
  set(pc_public_libs " ${pc_libs}")
  set(pc_libs "")
endif()
# Relative to the .pc file, so that the installed tree can be moved (`cmake --install --prefix`).
if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
  set(pc_prefix ${CMAKE_INSTALL_PREFIX})
else()
  file(RELATIVE_PATH pc_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" pc_prefix "\${pcfiledir}/${pc_prefix}")
endif()
foreach(kind IN ITEMS LIBDIR INCLUDEDIR)
  cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_${kind} BASE_DIRECTORY "\${prefix}" OUTPUT_VARIABLE pc_${kind})
endforeach()
configure_file(${PROJECT_SOURCE_DIR}/cmake/ondelet.pc.in ${PROJECT_BINARY_DIR}/ondelet.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/ondelet.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
