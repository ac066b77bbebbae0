# SPDX-License-Identifier: BSD-2-Clause
# Generator and members of the benchmarks, and one test that each benchmark runs.
add_library(edge_bench STATIC bench/bench.c)
target_link_libraries(edge_bench PRIVATE edge_flags)
edge_program(edge-bench-member MAIN bench/member.c LINK edge_bench)
edge_program(edge-bench-gen MAIN bench/gen.c LINK edge_bench m)
target_sources(edge-bench-gen PRIVATE bench/bulk.c bench/flood.c bench/hold.c bench/short.c bench/udp.c)

# The kernel engine's flow table, full.
if(TARGET edge_bpf_world)
  edge_program(edge-bench-flows MAIN bench/flows.c LINK edge_bpf_world)
  target_link_libraries(edge-bench-flows PRIVATE PkgConfig::LIBBPF)
else()
  add_custom_target(edge-bench-flows) # `run` asks for it before it knows
endif()

# False removals under packet loss, in simulated time; a day of it in every run.
edge_program(edge-health-sim MAIN bench/health_sim.c LINK edge_health m)
add_test(NAME bench.health_sim COMMAND edge-health-sim -d 1 -s 1)
set_tests_properties(bench.health_sim PROPERTIES LABELS bench TIMEOUT 60
    PASS_REGULAR_EXPRESSION "health.false_removals_30d=0\n")
# And it would see them: under ten times that loss there are thousands.
add_test(NAME bench.health_sim_sees COMMAND edge-health-sim -d 1 -s 1 -l 0.1)
set_tests_properties(bench.health_sim_sees PROPERTIES LABELS bench TIMEOUT 60
    PASS_REGULAR_EXPRESSION "health.false_removals_30d=[1-9]")

# What keepalived needs where the kernel has no IPVS.
add_library(no-ipvs MODULE bench/peers/no_ipvs.c)
target_link_libraries(no-ipvs PRIVATE edge_flags)
set_target_properties(no-ipvs PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND AND NOT EDGE_SANITIZE)
  foreach(name relay health kernel)
    add_test(NAME bench.${name} COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/bench/run --smoke ${name})
    set_tests_properties(bench.${name} PROPERTIES LABELS bench TIMEOUT 300 SKIP_RETURN_CODE 77
        ENVIRONMENT "EDGE_BIN=${CMAKE_BINARY_DIR}/bin")
  endforeach()
endif()
