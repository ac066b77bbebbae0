# SPDX-License-Identifier: BSD-2-Clause
edge_unit_test(dns_goldens LINK edge_dnslb)
edge_unit_test(dns_answer LINK edge_dnslb)
edge_unit_test(dns_file LINK edge_dnslb)
edge_unit_test(dns_settle LINK edge_dnslb)
edge_unit_test(dns_text LINK edge_dnslb)
edge_unit_test(dns_publisher LINK edge_dnslb)
