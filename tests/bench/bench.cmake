# SPDX-License-Identifier: BSD-2-Clause
# Generator and members of the benchmarks, and one test that each benchmark runs.
add_library(edge_bench STATIC bench/bench.c)
target_link_libraries(edge_bench PRIVATE edge_flags)
edge_program(edge-bench-member MAIN bench/member.c LINK edge_bench)
edge_program(edge-bench-gen MAIN bench/gen.c LINK edge_bench m)
target_sources(edge-bench-gen PRIVATE bench/bulk.c bench/hold.c bench/short.c bench/udp.c)

find_package(Python3 COMPONENTS Interpreter)
if(Python3_FOUND AND NOT EDGE_SANITIZE)
  add_test(NAME bench.relay COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/bench/run --smoke relay)
  set_tests_properties(bench.relay PROPERTIES LABELS bench TIMEOUT 300 SKIP_RETURN_CODE 77
      ENVIRONMENT "EDGE_BIN=${CMAKE_BINARY_DIR}/bin")
endif()
