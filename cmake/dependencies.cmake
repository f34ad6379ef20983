# Outside libraries, each known to one folder of src (see ARCHITECTURE.md). A library that `ondelet` itself links also
# needs its line in ondelet-config.cmake.in and in install.cmake, for users of the static library.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)

find_package(PkgConfig REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS C)                # core/parallel.c
find_package(Threads REQUIRED)
# fft: Debian ships no CMake file for FFTW
if(ONDELET_FFT STREQUAL "fftw")
  set(ONDELET_FFT_TARGET FFTW3F)
  set(ONDELET_FFT_MODULE fftw3f)
elseif(ONDELET_FFT STREQUAL "kissfft")
  set(ONDELET_FFT_TARGET KISSFFT_FLOAT)
  set(ONDELET_FFT_MODULE kissfft-float)
else()
  message(FATAL_ERROR "ONDELET_FFT is '${ONDELET_FFT}', fftw or kissfft is wanted")
endif()
if(ONDELET_FFTW_LIBRARIES AND ONDELET_FFT STREQUAL "fftw") # another library with the same interface; FFTW's header or its own
  find_path(ONDELET_FFTW_INCLUDE_DIR fftw3.h PATH_SUFFIXES fftw REQUIRED)
  set(ONDELET_FFT_MODULE "")
  add_library(PkgConfig::FFTW3F INTERFACE IMPORTED GLOBAL)
  target_link_libraries(PkgConfig::FFTW3F INTERFACE ${ONDELET_FFTW_LIBRARIES})
  target_include_directories(PkgConfig::FFTW3F INTERFACE ${ONDELET_FFTW_INCLUDE_DIR})
else()
  pkg_check_modules(${ONDELET_FFT_TARGET} REQUIRED IMPORTED_TARGET ${ONDELET_FFT_MODULE})
endif()
find_package(PNG REQUIRED)                                # io
find_package(JPEG REQUIRED)                               # io
find_package(ZLIB REQUIRED)                               # io
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson) # io, cli
pkg_check_modules(OPENBLAS REQUIRED IMPORTED_TARGET openblas) # learn: products of matrices
pkg_check_modules(LAPACKE REQUIRED IMPORTED_TARGET lapacke)   # learn: linear systems, eigenvectors
find_path(LBFGS_HEADERS lbfgs.h REQUIRED)                     # learn; has no file for CMake or pkg-config
find_library(LBFGS_LIBRARY lbfgs REQUIRED)
if(ONDELET_PROGRAM)
  pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo)     # cli
  if(ONDELET_HDF5 STREQUAL "ON")
    pkg_check_modules(HDF5 REQUIRED IMPORTED_TARGET hdf5-serial) # cli
  elseif(ONDELET_HDF5)
    pkg_check_modules(HDF5 IMPORTED_TARGET hdf5-serial)
  endif()
  if(ONDELET_MPI STREQUAL "ON")
    pkg_check_modules(HDF5_MPI REQUIRED IMPORTED_TARGET hdf5-openmpi) # mpi (and what cli writes there)
    pkg_check_modules(OMPI REQUIRED IMPORTED_TARGET ompi-c)
  elseif(ONDELET_MPI)
    pkg_check_modules(HDF5_MPI IMPORTED_TARGET hdf5-openmpi)
    pkg_check_modules(OMPI IMPORTED_TARGET ompi-c)
  endif()
endif()
