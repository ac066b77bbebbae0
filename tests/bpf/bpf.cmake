# SPDX-License-Identifier: BSD-2-Clause
# Rows over the packet path in the kernel's program test-run, and its fuzzer.  Needs root;
# without it, or on a kernel that forbids it, each test says so and is skipped.
if(NOT LIBBPF_FOUND OR NOT EDGE_BPF_CLANG)
  message(STATUS "without the kernel engine: no tests of the packet path")
  return()
endif()

add_library(edge_bpf_world STATIC bpf/host.c bpf/judge.c bpf/packet.c bpf/seen.c bpf/flow_table.c bpf/world.c)
target_link_libraries(edge_bpf_world PUBLIC edge_kernel PRIVATE PkgConfig::LIBBPF edge_flags)
target_include_directories(edge_bpf_world PUBLIC bpf)

set(groups direct pick use tcp ends invented idle udp size near answer header extension fragment icmp)
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

# Packets that make sense and then are spoilt, always the same ones.
add_executable(edge-bpf-fuzz bpf/fuzz.c fuzz/fuzz_path.c bpf/row.c bpf/row_maps.c bpf/row_packets.c)
target_link_libraries(edge-bpf-fuzz PRIVATE edge_bpf_world PkgConfig::LIBBPF edge_flags)
add_test(NAME bpf.fuzz COMMAND edge-bpf-fuzz -n 3000)
set_tests_properties(bpf.fuzz PROPERTIES LABELS "bpf;asan" TIMEOUT 120 SKIP_RETURN_CODE 77)

set_target_properties(edge-bpf-rows edge-bpf-speed edge-bpf-fuzz PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

# The same rows on the kernel that Debian 12 ships: tests/run long.
add_test(NAME bpf.old_kernel
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/bpf/old-kernel $<TARGET_FILE:edge-bpf-rows>)
set_tests_properties(bpf.old_kernel PROPERTIES LABELS long TIMEOUT 600 SKIP_RETURN_CODE 77)
