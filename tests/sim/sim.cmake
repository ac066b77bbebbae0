# SPDX-License-Identifier: BSD-2-Clause
# edge-sim: one simulated member.  Included from tests/CMakeLists.txt; never installed.
add_library(edge_sim STATIC
    sim/address.c sim/conn.c sim/control.c sim/dgram.c sim/endpoint.c sim/identity.c
    sim/journal.c sim/kinds.c sim/msturn.c sim/octets.c sim/options.c sim/pseudo_tls.c
    sim/sip.c sim/spoil.c sim/talk.c sim/turn.c sim/xmpp.c)
target_include_directories(edge_sim PUBLIC sim)
target_link_libraries(edge_sim PUBLIC Libev::Libev OpenSSL::SSL OpenSSL::Crypto
    PRIVATE edge_flags)
edge_program(edge-sim MAIN sim/main.c LINK edge_sim)

edge_unit_test(sim_golden LINK edge_sim)
edge_unit_test(sim_sip LINK edge_sim)

# Thousands of clients, and members for them.
edge_program(edge-crowd MAIN sim/crowd.c)
target_sources(edge-crowd PRIVATE sim/crowd_call.c sim/crowd_serve.c)
target_include_directories(edge-crowd PRIVATE sim)

# A wrong wall clock, for LD_PRELOAD.
add_library(wall-clock MODULE sim/wall_clock.c)
target_link_libraries(wall-clock PRIVATE edge_flags ${CMAKE_DL_LIBS})
set_target_properties(wall-clock PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

# libnice judges MS-TURN by its own parser; plays that need it are skipped without.
pkg_check_modules(NICE QUIET IMPORTED_TARGET nice)
if(NICE_FOUND)
  edge_program(nice-judge MAIN sim/nice_judge.c LINK PkgConfig::NICE)
  edge_program(nice-member MAIN sim/nice_member.c LINK PkgConfig::NICE)
else()
  message(STATUS "without nice: nobody but ourselves judges MS-TURN in the tests")
endif()
