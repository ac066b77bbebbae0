# SPDX-License-Identifier: BSD-2-Clause
# Rows over the packet path in the kernel's program test-run, and its fuzzer.  Needs root;
# without it, or on a kernel that forbids it, each test says so and is skipped.
if(NOT LIBBPF_FOUND OR NOT EDGE_BPF_CLANG)
  message(STATUS "without the kernel engine: no tests of the packet path")
  return()
endif()

add_library(edge_bpf_world STATIC bpf/host.c bpf/packet.c bpf/world.c)
target_link_libraries(edge_bpf_world PUBLIC edge_kernel PRIVATE PkgConfig::LIBBPF edge_flags)
target_include_directories(edge_bpf_world PUBLIC bpf)

set(groups direct pick use tcp ends idle udp size header extension fragment icmp)
list(TRANSFORM groups REPLACE "(.+)" "bpf/rows_\\1.c" OUTPUT_VARIABLE rows)
add_executable(edge-bpf-rows bpf/main.c bpf/row.c bpf/row_maps.c bpf/row_packets.c ${rows})
target_link_libraries(edge-bpf-rows PRIVATE edge_bpf_world PkgConfig::LIBBPF edge_flags)
foreach(group ${groups})
  add_test(NAME bpf.${group} COMMAND edge-bpf-rows ${group})
  set_tests_properties(bpf.${group} PROPERTIES LABELS "bpf;asan" TIMEOUT 120 SKIP_RETURN_CODE 77)
endforeach()

# What a packet costs; by hand, and for tests/bench.
add_executable(edge-bpf-speed bpf/speed.c bpf/row.c bpf/row_maps.c bpf/row_packets.c)
target_link_libraries(edge-bpf-speed PRIVATE edge_bpf_world PkgConfig::LIBBPF edge_flags)
set_target_properties(edge-bpf-speed edge-bpf-rows PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
