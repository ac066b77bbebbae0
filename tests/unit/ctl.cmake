# SPDX-License-Identifier: BSD-2-Clause
edge_unit_test(ctl_text LINK edge_ctl)
edge_unit_test(ctl_status LINK edge_ctl)
edge_unit_test(ctl_probe LINK edge_ctl_probe)

# The configuration that everybody will copy is right, and says nothing else.
find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND)
  add_test(NAME unit.readme COMMAND ${Python3_EXECUTABLE} -B
      ${CMAKE_CURRENT_SOURCE_DIR}/unit/readme_conf.py $<TARGET_FILE:edgectl>)
  set_tests_properties(unit.readme PROPERTIES LABELS unit TIMEOUT 300)
endif()

# Everything that is installed, together: needs every program to be built.
if(Python3_FOUND)
  add_test(NAME unit.install COMMAND ${Python3_EXECUTABLE} -B
      ${CMAKE_CURRENT_SOURCE_DIR}/unit/install.py ${CMAKE_BINARY_DIR} ${CMAKE_COMMAND})
  set_tests_properties(unit.install PROPERTIES LABELS unit TIMEOUT 300)
endif()
