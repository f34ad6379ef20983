# Flags of this project's own sources; nothing leaks to users of the library.
add_library(ondelet_flags INTERFACE)
target_compile_definitions(ondelet_flags INTERFACE _POSIX_C_SOURCE=200809L)
target_compile_options(ondelet_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wdouble-promotion -Wstrict-prototypes -Wmissing-prototypes -Wvla
  -Wcast-qual -Wwrite-strings
  # Without these sqrtf and comparisons in loops stay scalar, and instruction sets give different bits.
  -fno-math-errno -fno-trapping-math -ffp-contract=off
  -fvisibility=hidden
  # Loops that a sanitizer keeps from being vectorised are no fault.
  $<$<C_COMPILER_ID:Clang>:-Wno-pass-failed>)
if(ONDELET_WERROR)
  target_compile_options(ondelet_flags INTERFACE -Werror)
endif()

# Files come from strangers: what the compiler and the linker can check, they check.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)
target_link_options(ondelet_flags INTERFACE LINKER:-z,relro,-z,now)
# CMake ends the list of folders where what it builds looks for libraries with a colon, by which the loader understands the
# current folder, too: a file there that is named like a library would run.
if(NOT BUILD_SHARED_LIBS AND NOT DEFINED CMAKE_SKIP_BUILD_RPATH)
  set(CMAKE_SKIP_BUILD_RPATH ON)
endif()
target_compile_options(ondelet_flags INTERFACE
  $<$<CONFIG:Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong>)

if(ONDELET_SANITIZE)
  target_compile_options(ondelet_flags INTERFACE -fsanitize=${ONDELET_SANITIZE} -fno-sanitize-recover=all
                                                 -fno-omit-frame-pointer)
  target_link_options(ondelet_flags INTERFACE -fsanitize=${ONDELET_SANITIZE})
  if(ONDELET_SANITIZE MATCHES "thread")
    target_compile_definitions(ondelet_flags INTERFACE OND_ONE_CLONE)
  endif()
endif()
if(ONDELET_COVERAGE)
  target_compile_options(ondelet_flags INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(ondelet_flags INTERFACE --coverage)
endif()
