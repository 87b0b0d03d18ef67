# SPDX-License-Identifier: Apache-2.0
# Two helpers: one declares a library package, one declares a test program. A package sees only what it links.

# fm_library(NAME base [DEPS faultmaven-x …]): libfaultmaven-NAME from src/**/*.c, public headers in include/.
function(fm_library)
    cmake_parse_arguments(A "" "NAME" "DEPS;PRIVATE" ${ARGN})
    set(target faultmaven-${A_NAME})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/src/*.c)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
    target_link_libraries(${target} PUBLIC ${A_DEPS} PRIVATE ${A_PRIVATE} faultmaven-flags)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
endfunction()

# fm_tests(NAME base [DEPS …]): one program per tests/*_test.c, registered with ctest.
function(fm_tests)
    cmake_parse_arguments(A "" "NAME" "DEPS" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/tests/*_test.c)
    foreach(source ${sources})
        get_filename_component(test ${source} NAME_WE)
        set(target ${A_NAME}-${test})
        add_executable(${target} ${source})
        target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests)
        target_link_libraries(${target} PRIVATE faultmaven-${A_NAME} ${A_DEPS} PkgConfig::CMOCKA faultmaven-flags)
        add_test(NAME ${target} COMMAND ${target} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    endforeach()
endfunction()
