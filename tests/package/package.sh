#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# The installed library as its users meet it.
# usage: package.sh install-static BUILD PREFIX                  install a finished build
#        package.sh install-shared ROOT BUILD PREFIX C_COMPILER  build and install the shared library
#        package.sh cmake     PREFIX c|c++ COMPILER              a user with find_package
#        package.sh pkgconfig PREFIX c|c++ COMPILER              a user with pkg-config
#        package.sh subproject ROOT C_COMPILER CXX_COMPILER      a user with add_subdirectory
#        package.sh kissfft ROOT BUILD C_COMPILER PROGRAM        a build without FFTW says the same as PROGRAM
#        package.sh fftw-interface ROOT BUILD C_COMPILER PROGRAM  another library with FFTW's interface says the same
#        package.sh debian BUILD                                 a Debian package of a finished build
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

die() {
    echo "package: $*" >&2
    exit 1
}

# Installed to one place and moved to another: nothing may remember the first.
install_moved() {
    local build=$1 prefix=$2
    rm -rf "$prefix" "$prefix.first"
    cmake --install "$build" --prefix "$prefix.first" >/dev/null
    mv "$prefix.first" "$prefix"
    [[ ! -x $prefix/bin/ondelet ]] || "$prefix/bin/ondelet" --version >/dev/null
}

install_shared() {
    local root=$1 build=$2 prefix=$3 compiler=$4
    cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER="$compiler" -DBUILD_SHARED_LIBS=ON \
        -DONDELET_TESTS=OFF -DONDELET_EXAMPLES=OFF >/dev/null
    cmake --build "$build" --parallel 2
    install_moved "$build" "$prefix"
}

need_compiler() {
    if ! command -v "$1" >/dev/null; then
        echo "skipped: no $1"
        exit 77
    fi
}

# Only the language in question is enabled: a C++ project need not know C.
cmake_user() {
    local prefix=$1 language=$2 compiler=$3 name=C source=consumer.c feature=c_std_11
    need_compiler "$compiler"
    if [[ $language == c++ ]]; then
        name=CXX source=consumer.cpp feature=cxx_std_17
    fi
    cp "$here/consumer.c" "$scratch/$source"
    cat >"$scratch/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES $name)
find_package(ondelet 0.1 REQUIRED)
add_executable(consumer $source)
target_compile_features(consumer PRIVATE $feature)
target_compile_options(consumer PRIVATE -Wall -Wextra -Wpedantic -Werror)
target_link_libraries(consumer PRIVATE ondelet::ondelet)
CMAKE
    cmake -S "$scratch" -B "$scratch/build" -G Ninja "-DCMAKE_${name}_COMPILER=$compiler" -DCMAKE_PREFIX_PATH="$prefix" >/dev/null
    cmake --build "$scratch/build"
    "$scratch/build/consumer"
}

pkgconfig_user() {
    local prefix=$1 language=$2 compiler=$3 standard=c11 folder flags
    need_compiler "$compiler"
    [[ $language == c ]] || standard=c++17
    folder=$(find "$prefix" -name ondelet.pc -printf '%h\n' -quit)
    [[ -n $folder ]] || die "no ondelet.pc under $prefix"
    export PKG_CONFIG_PATH=$folder
    pkg-config --validate ondelet
    read -ra flags < <(pkg-config --cflags --libs ondelet)
    if [[ -e ${folder%/pkgconfig}/libondelet.so ]]; then
        [[ "${flags[*]}" != *fftw* ]] || die "users of the shared library link what it uses: ${flags[*]}"
        export LD_LIBRARY_PATH=${folder%/pkgconfig}
    fi
    "$compiler" -x "$language" "-std=$standard" -Wall -Wextra -Wpedantic -Werror "$here/consumer.c" -x none -o "$scratch/consumer" "${flags[@]}"
    "$scratch/consumer"
    read -ra flags < <(pkg-config --static --cflags --libs ondelet)
    "$compiler" -x "$language" "-std=$standard" "$here/consumer.c" -x none -o "$scratch/consumer" "${flags[@]}"
    "$scratch/consumer"
}

subproject_user() {
    local root=$1 compiler=$2 cxx=$3
    need_compiler "$cxx"
    cp "$here/consumer.c" "$scratch/consumer_c.c"
    cp "$here/consumer.c" "$scratch/consumer_cpp.cpp"
    cat >"$scratch/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES C CXX)
add_subdirectory($root ondelet)
add_executable(consumer_c consumer_c.c)
add_executable(consumer_cpp consumer_cpp.cpp)
target_compile_features(consumer_cpp PRIVATE cxx_std_17)
target_link_libraries(consumer_c PRIVATE ondelet::ondelet)
target_link_libraries(consumer_cpp PRIVATE ondelet::ondelet)
if(TARGET ondelet_program OR TARGET ondelet_test_support)
  message(FATAL_ERROR "a subproject builds the library alone")
endif()
get_directory_property(options COMPILE_OPTIONS)
if(options)
  message(FATAL_ERROR "flags leak: \${options}")
endif()
CMAKE
    cmake -S "$scratch" -B "$scratch/build" -G Ninja "-DCMAKE_C_COMPILER=$compiler" "-DCMAKE_CXX_COMPILER=$cxx" >/dev/null
    cmake --build "$scratch/build" --parallel 2
    "$scratch/build/consumer_c"
    "$scratch/build/consumer_cpp"
}

# Features differ by rounding alone: a few parts in 1e7 of the largest, 1e-5 is far above that and far below an error.
kissfft_build() {
    local root=$1 build=$2 compiler=$3 program=$4 error
    if ! pkg-config --exists kissfft-float; then
        echo "skipped: no libkissfft-dev"
        exit 77
    fi
    cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER="$compiler" -DONDELET_FFT=kissfft \
        -DONDELET_EXAMPLES=OFF >/dev/null
    cmake --build "$build" --parallel 2 --target ondelet_program unit_fft_fft property_scattering
    (cd "$build/tests" && ./unit_fft_fft && ./property_scattering)
    ! ldd "$build/ondelet" | grep fftw >/dev/null || die "a build with kissfft links FFTW"
    "$build/ondelet" features "$root/examples/pictures/camera.png" -o "$scratch/kiss.npy" --scales 4
    "$program" features "$root/examples/pictures/camera.png" -o "$scratch/fftw.npy" --scales 4
    error=$("$program" compare "$scratch/kiss.npy" "$scratch/fftw.npy" --json | sed 's/.*"relative_error": *\([^,}]*\).*/\1/')
    echo "relative error between the two: $error"
    awk -v error="$error" 'BEGIN { exit !(error + 0 == error && error < 1e-5) }' || die "features differ by $error"
}

# The static FFTW under another name stands for a library with the same interface: nothing asks for FFTW's own. Takes a
# build of its own, and so is no test of ctest.
fftw_interface() {
    local root=$1 build=$2 compiler=$3 program=$4 archive
    archive=$(pkg-config --variable=libdir fftw3f)/libfftw3f.a
    [[ -e $archive ]] || { echo "skipped: no $archive"; exit 77; }
    mkdir -p "$build"
    cp "$archive" "$build/libother.a"
    cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER="$compiler" \
        -DONDELET_FFTW_LIBRARIES="$build/libother.a" -DONDELET_TESTS=OFF -DONDELET_EXAMPLES=OFF -DONDELET_PLUGINS=OFF \
        -DONDELET_MPI=OFF >/dev/null
    cmake --build "$build" --parallel 2
    ! ldd "$build/ondelet" | grep fftw >/dev/null || die "FFTW's own library is linked"
    "$build/ondelet" --version | grep "interface of another library" || die "--version does not tell"
    for options in "--planning estimate" "--bank spline --padding none --crop 64x64 --planning estimate"; do
        for each in "$build/ondelet" "$program"; do
            # shellcheck disable=SC2086
            "$each" features "$root/examples/pictures/camera.png" -o "$scratch/${each//\//_}.npy" --scales 4 $options --force --quiet
        done
        cmp "$scratch/${build//\//_}_ondelet.npy" "$scratch/${program//\//_}.npy" || die "features differ with $options"
    done
    install_moved "$build" "$scratch/other"
    (cmake_user "$scratch/other" c "$compiler")
    (pkgconfig_user "$scratch/other" c "$compiler")
}

debian_package() {
    local build=$1 package
    command -v dpkg-deb >/dev/null || { echo "skipped: no dpkg-deb"; exit 77; }
    (cd "$scratch" && cpack -G DEB --config "$build/CPackConfig.cmake" -B "$scratch" >/dev/null)
    package=$(find "$scratch" -maxdepth 1 -name '*.deb')
    dpkg-deb -x "$package" "$scratch/root"
    dpkg-deb -I "$package" | grep -E '^ (Package|Version|Depends):'
    for file in bin/ondelet include/ondelet/ondelet.h share/man/man1/ondelet-denoise.1 share/fish/vendor_completions.d/ondelet.fish \
        share/bash-completion/completions/ondelet share/zsh/vendor-completions/_ondelet; do
        [[ -s $scratch/root/usr/$file ]] || die "the package holds no $file"
    done
    "$scratch/root/usr/bin/ondelet" --version >/dev/null
}

case $1 in
    install-static) install_moved "$2" "$3" ;;
    install-shared) install_shared "$2" "$3" "$4" "$5" ;;
    cmake) cmake_user "$2" "$3" "$4" ;;
    pkgconfig) pkgconfig_user "$2" "$3" "$4" ;;
    subproject) subproject_user "$2" "$3" "$4" ;;
    kissfft) kissfft_build "$2" "$3" "$4" "$5" ;;
    fftw-interface) fftw_interface "$2" "$3" "$4" "$5" ;;
    debian) debian_package "$2" ;;
    *) die "unknown: $1" ;;
esac
