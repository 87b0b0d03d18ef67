# SPDX-License-Identifier: Apache-2.0
# Compiler and linker flags, one place. CMakePresets.json turns the options on.

set(FM_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined or thread (use clang)")
option(FM_HARDEN "Hardening flags for a binary that is shipped" OFF)
option(FM_COVERAGE "Instrument for gcov or llvm-cov" OFF)
option(FM_FUZZ "Build the fuzz targets with libFuzzer (clang only)" OFF)

add_library(faultmaven-flags INTERFACE)
target_compile_options(faultmaven-flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wcast-qual -Wvla
    -Wformat=2 -Wundef -Wswitch-enum -Wimplicit-fallthrough -Wconversion -Wno-sign-conversion -fno-common -Werror)
target_compile_definitions(faultmaven-flags INTERFACE _GNU_SOURCE FM_VERSION="${PROJECT_VERSION}")

if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
    # yyjson.h and libevent.h use pragmas and extensions that only -Wpedantic of clang reports in headers of ours.
    target_compile_options(faultmaven-flags INTERFACE -Wno-gnu-statement-expression -Wno-gnu-zero-variadic-macro-arguments)
endif()

if(FM_SANITIZE)
    add_compile_options(-fsanitize=${FM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
    add_link_options(-fsanitize=${FM_SANITIZE})
endif()

if(FM_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
        message(FATAL_ERROR "FM_FUZZ needs clang: use the preset 'fuzz'")
    endif()
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(FM_COVERAGE)
    add_compile_options(--coverage -O0 -g)
    add_link_options(--coverage)
endif()

if(FM_HARDEN)
    add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fPIE)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|i.86")
        add_compile_options(-fcf-protection)
    endif()
    add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed)
endif()
