# SPDX-License-Identifier: BSD-2-Clause
edge_unit_test(addr LINK edge_core)
edge_unit_test(values LINK edge_core)
edge_unit_test(state LINK edge_core)
edge_unit_test(board LINK edge_core)
edge_unit_test(ctl LINK edge_core Threads::Threads)
edge_unit_test(model LINK edge_core)
edge_unit_test(nearest LINK edge_core)
edge_unit_test(log LINK edge_core)
