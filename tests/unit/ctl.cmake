# SPDX-License-Identifier: BSD-2-Clause
edge_unit_test(ctl_text LINK edge_ctl)
edge_unit_test(ctl_status LINK edge_ctl)
