# SPDX-License-Identifier: Apache-2.0
# Files compiled into a program: fm_embed(TARGET t SYMBOL fm_x FILES a b …) adds `const struct fm_embedded fm_x[]`
# (faultmaven/base/embed.h), ended by a NULL name; names are the paths as given, content is byte for byte.

function(fm_embed)
    cmake_parse_arguments(A "" "TARGET;SYMBOL" "FILES" ${ARGN})
    set(out ${CMAKE_CURRENT_BINARY_DIR}/${A_SYMBOL}.c)
    set(paths "")
    foreach(file ${A_FILES})
        get_filename_component(path ${file} ABSOLUTE)
        list(APPEND paths ${path})
    endforeach()
    add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DSYMBOL=${A_SYMBOL} "-DFILES=${A_FILES}" -DBASE=${CMAKE_CURRENT_SOURCE_DIR}
                -P ${PROJECT_SOURCE_DIR}/cmake/EmbedScript.cmake
        DEPENDS ${paths} ${PROJECT_SOURCE_DIR}/cmake/EmbedScript.cmake VERBATIM)
    target_sources(${A_TARGET} PRIVATE ${out})
endfunction()
