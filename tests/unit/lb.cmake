# SPDX-License-Identifier: BSD-2-Clause
edge_unit_test(steer LINK edge_lb)
edge_unit_test(idle LINK edge_lb)
edge_unit_test(affinity LINK edge_lb)
edge_unit_test(pick LINK edge_lb)
edge_unit_test(view LINK edge_lb)
edge_unit_test(lb_turn LINK edge_lb)
edge_unit_test(relay LINK edge_lb)
edge_unit_test(filter LINK edge_lb)
edge_unit_test(state_saved LINK edge_lb)
# For plays of upgrades: the program after this one.
edge_program(edge-lb-next MAIN ${CMAKE_SOURCE_DIR}/lb/main.c LINK edge_lb)
target_sources(edge-lb-next PRIVATE unit/next_version.c)
