# SPDX-License-Identifier: BSD-2-Clause
# Each lint is one ctest test: what it keeps is its head comment.
find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
  foreach(lint layers names tables pages plays headers mib)
    add_test(NAME lint.${lint} COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/lint/${lint}.py)
    set_tests_properties(lint.${lint} PROPERTIES LABELS lint TIMEOUT 300 SKIP_RETURN_CODE 77)
  endforeach()
else()
  message(STATUS "without python3: no lints")
endif()
