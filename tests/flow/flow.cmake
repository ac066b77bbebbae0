# SPDX-License-Identifier: BSD-2-Clause
# One ctest test per play; `pytest tests/flow/FILE` runs the same by hand.
find_program(PYTEST NAMES pytest pytest-3)
option(EDGE_FLOW "Register the flow tests" ON)
if(NOT PYTEST)
  message(STATUS "without pytest: no flow tests")
elseif(EDGE_FLOW)
  if(EDGE_SANITIZE)
    set(EDGE_PATIENCE 3)
    # The packets' program is the same in every build; what of the kernel engine edge-lb does, k_ plays show.
    set(EDGE_ENGINES relay)
  else()
    set(EDGE_PATIENCE 1)
    set(EDGE_ENGINES "relay kernel")
  endif()
  file(GLOB plays CONFIGURE_DEPENDS flow/[a-z]_*.py)
  foreach(play IN LISTS plays)
    get_filename_component(stem ${play} NAME_WE)
    add_test(NAME flow.${stem} COMMAND ${PYTEST} -q -p no:cacheprovider -rs --tb=short ${play})
    # Under sanitizers: the plays in which our programs meet the network and each other (of the kernel
    # engine, those in which edge-lb has work).  Not those
    # of thousands of clients (b_160, b_220, b_240, b_250) under AddressSanitizer: what they show is
    # figures, and their ways through the programs are others', too.
    set(labels flow)
    if(stem MATCHES "^[b-g]_|^h_010|^k_0[36]0" AND NOT stem MATCHES "^b_160_|^b_2[245]0_")
      list(APPEND labels asan)
    endif()
    if(stem MATCHES "^[bc]_|^g_0[12]0|^g_1[013456]0")
      list(APPEND labels tsan)
    endif()
    if(stem MATCHES "^s_")
      set(labels soak asan)
    endif()
    # A whole system that boots: only in the long run.
    if(stem STREQUAL "a_160_units")
      set(labels long)
    endif()
    set(patience 300)
    if(stem MATCHES "^s_")
      set(patience 1200)
    endif()
    set_tests_properties(flow.${stem} PROPERTIES LABELS "${labels}" TIMEOUT ${patience} SKIP_RETURN_CODE 77
        ENVIRONMENT "EDGE_BIN=${CMAKE_BINARY_DIR}/bin;EDGE_PATIENCE=${EDGE_PATIENCE};EDGE_ENGINES=${EDGE_ENGINES};PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endif()
