# SPDX-License-Identifier: BSD-2-Clause
add_library(test_snmp_fixture STATIC unit/snmp_fixture.c)
target_link_libraries(test_snmp_fixture PUBLIC edge_snmp_rows PRIVATE edge_flags PkgConfig::CMOCKA)

edge_unit_test(snmp_mib LINK edge_snmp_rows)
edge_unit_test(snmp_rows LINK test_snmp_fixture)
edge_unit_test(snmp_watch LINK test_snmp_fixture)
