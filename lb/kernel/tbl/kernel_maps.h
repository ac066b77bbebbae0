/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TABLE: the maps of the packet path, as edge-lb holds them.
 *
 * MAP(ID, name)   name: in the program, and of the pin
 */
MAP(SETTINGS,   settings)
MAP(VIPS,       vips)
MAP(MEMBERS,    members)
MAP(LISTENERS,  listeners)
MAP(ENDPOINTS,  endpoints)
MAP(RINGS,      rings)
MAP(BUDGETS,    budgets)
MAP(FLOWS,      flows)
MAP(HALF_OPEN,  half_open)
MAP(ASKED,      asked)
MAP(AFFINITIES, affinities)
MAP(FRAGMENTS,  fragments)
MAP(LISTS,      lists)
MAP(COUNTS,     counts)
MAP(DROPS,      drops)
MAP(TALLIES,    tallies)
#undef MAP
