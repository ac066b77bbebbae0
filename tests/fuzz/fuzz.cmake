# SPDX-License-Identifier: BSD-2-Clause
# edge_fuzz(NAME LINK libs... [ALSO dirs...]): tests/fuzz/fuzz_NAME.c.  The preset "fuzz"
# (clang) builds a libFuzzer program; every other build one that replays corpus/NAME, and
# the other directories, as ctest fuzz.NAME.
function(edge_fuzz name)
  cmake_parse_arguments(A "" "" "LINK;ALSO" ${ARGN})
  if(EDGE_FUZZ)
    add_executable(fuzz_${name} fuzz/fuzz_${name}.c)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    set_target_properties(fuzz_${name} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
    set(replay -runs=0)
  else()
    add_executable(fuzz_${name} fuzz/fuzz_${name}.c fuzz/replay.c)
    set(replay)
  endif()
  target_link_libraries(fuzz_${name} PRIVATE ${A_LINK} edge_flags)
  add_test(NAME fuzz.${name}
      COMMAND fuzz_${name} ${replay} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name} ${A_ALSO})
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 300)
endfunction()

edge_fuzz(board LINK edge_core)
edge_fuzz(probe LINK edge_probe OpenSSL::SSL)
target_link_options(fuzz_probe PRIVATE -Wl,--wrap=reach_open -Wl,--wrap=probe_random)
edge_fuzz(pseudo_tls LINK edge_probe)
edge_fuzz(certificate LINK edge_health)
edge_fuzz(sip LINK edge_probe)
edge_fuzz(turn LINK edge_probe)
edge_fuzz(stun LINK edge_probe)
edge_fuzz(plain LINK edge_probe)
edge_fuzz(exec LINK edge_exec_wire)
edge_fuzz(xmpp LINK edge_probe)
edge_fuzz(page LINK edge_ctl_probe)
edge_fuzz(conf LINK edge_core
    ALSO ${CMAKE_CURRENT_SOURCE_DIR}/conf/good ${CMAKE_CURRENT_SOURCE_DIR}/conf/bad)
edge_fuzz(admin LINK edge_health)
edge_fuzz(state LINK edge_lb)
if(TARGET edge_bpf_world)
  # In the kernel: nothing is seen of what an input reaches there, see bpf/fuzz.c.
  edge_fuzz(path LINK edge_bpf_world PkgConfig::LIBBPF)
  set_tests_properties(fuzz.path PROPERTIES SKIP_RETURN_CODE 77)
  # The parser of the packet path alone, for user space: here libFuzzer and ASan see it.
  edge_fuzz(headers LINK edge_core)
  target_include_directories(fuzz_headers BEFORE PRIVATE fuzz/shim)
  target_include_directories(fuzz_headers SYSTEM PRIVATE ${CMAKE_SOURCE_DIR}/lb/kernel/path)
endif()
