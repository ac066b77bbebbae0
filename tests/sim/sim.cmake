# SPDX-License-Identifier: BSD-2-Clause
# edge-sim: one simulated member.  Included from tests/CMakeLists.txt; never installed.
add_library(edge_sim STATIC
    sim/address.c sim/conn.c sim/control.c sim/dgram.c sim/endpoint.c sim/identity.c
    sim/journal.c sim/kinds.c sim/msturn.c sim/octets.c sim/options.c sim/pseudo_tls.c
    sim/sip.c sim/talk.c sim/turn.c sim/xmpp.c)
target_include_directories(edge_sim PUBLIC sim)
target_link_libraries(edge_sim PUBLIC Libev::Libev OpenSSL::SSL OpenSSL::Crypto
    PRIVATE edge_flags)
edge_program(edge-sim MAIN sim/main.c LINK edge_sim)
