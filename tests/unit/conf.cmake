# SPDX-License-Identifier: BSD-2-Clause
edge_unit_test(conf_limits LINK edge_core)
edge_unit_test(conf_lex LINK edge_core)
edge_unit_test(conf_model LINK edge_core)
edge_unit_test(conf_table LINK edge_core)

# Files that are wrong, each with the message it must give, and files that are right.
add_executable(conf_check conf/check.c)
target_link_libraries(conf_check PRIVATE edge_core edge_flags)
foreach(kind bad good)
  add_test(NAME table.conf_${kind}
      COMMAND conf_check ${kind} ${CMAKE_CURRENT_SOURCE_DIR}/conf/${kind})
  set_tests_properties(table.conf_${kind} PROPERTIES LABELS table TIMEOUT 300)
endforeach()
# "Within a second" is meant for what is installed; a sanitizer makes it slower.
set(load_seconds 1)
if(EDGE_SANITIZE)
  set(load_seconds 5)
endif()
foreach(target test_conf_limits conf_check)
  if(TARGET ${target}) # without cmocka there is no unit test
    target_compile_definitions(${target} PRIVATE LOAD_SECONDS=${load_seconds})
  endif()
endforeach()
find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
  add_test(NAME table.conf_edgectl COMMAND ${Python3_EXECUTABLE} -B
      ${CMAKE_CURRENT_SOURCE_DIR}/conf/edgectl.py $<TARGET_FILE:edgectl>
      ${CMAKE_CURRENT_SOURCE_DIR}/conf)
  set_tests_properties(table.conf_edgectl PROPERTIES LABELS table TIMEOUT 300)
endif()
