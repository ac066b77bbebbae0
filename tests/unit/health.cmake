# SPDX-License-Identifier: BSD-2-Clause
edge_unit_test(turn_codec LINK edge_probe)
edge_unit_test(sip_answer LINK edge_probe)
edge_unit_test(xmpp_answer LINK edge_probe)
edge_unit_test(rise_fall LINK edge_health)
edge_unit_test(reach LINK edge_health)
edge_unit_test(probe_time LINK edge_health)
edge_unit_test(probe_steps LINK edge_health)
edge_unit_test(sched LINK edge_health)
edge_unit_test(load LINK edge_health)
edge_unit_test(guard LINK edge_health)
edge_unit_test(admin_state LINK edge_health)
edge_unit_test(conditions LINK edge_health)

# A judge that nobody here wrote.
edge_optional(NICE nice "MS-TURN octets are not judged by libnice")
if(NICE_FOUND)
  edge_unit_test(turn_judge LINK edge_probe PkgConfig::NICE)
endif()
