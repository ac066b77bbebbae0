# SPDX-License-Identifier: BSD-2-Clause
add_library(test_snmp_fixture STATIC unit/snmp_fixture.c)
target_link_libraries(test_snmp_fixture PUBLIC edge_snmp_rows PRIVATE edge_flags PkgConfig::CMOCKA)

edge_unit_test(snmp_mib LINK edge_snmp_rows)
edge_unit_test(snmp_rows LINK test_snmp_fixture)
edge_unit_test(snmp_watch LINK test_snmp_fixture)

# For plays of boards' readers: tests/flow/f_*.py
add_executable(edge-fake-boards unit/fake_boards.c)
target_link_libraries(edge-fake-boards PRIVATE edge_core edge_flags)
set_target_properties(edge-fake-boards PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
