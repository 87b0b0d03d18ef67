# SPDX-License-Identifier: Apache-2.0
# cmake -DOUT=file -DDIR=signatures -P Signatures.cmake: all signatures in one file, without their examples, in order of path.
file(GLOB_RECURSE files ${DIR}/*.yaml)
list(SORT files)
set(all "")
foreach(file ${files})
    file(READ ${file} text)
    string(FIND "${text}" "\nexamples:" at)
    string(SUBSTRING "${text}" 0 ${at} text)
    string(APPEND all "---\n${text}\n")
endforeach()
file(WRITE ${OUT} "${all}")
