# room(NAME USES ROOMS...) declares src/NAME as one static library, and its *_test.cc files as one
# test program beside it. Headers are included from src/ as "room/file.h".

function(room name)
  cmake_parse_arguments(PARSE_ARGV 1 ROOM "" "" "USES")
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "/tapedeck[a-z_]*\\.cc$")  # programs, not parts of the room
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(TRANSFORM ROOM_USES PREPEND room_)

  add_library(room_${name} STATIC ${sources})
  target_include_directories(room_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(room_${name} PUBLIC ${ROOM_USES} ${${name}_LIBRARIES})
  share_precompiled_header(room_${name})

  if(tests)
    test_program(${name}_test SOURCES ${tests} USES room_${name} GTest::gmock_main)
  endif()
endfunction()

# One precompiled header for the whole program; base makes it, all others reuse it.
function(share_precompiled_header target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    return()  # clang builds are for tidy and fuzzing, where header hygiene matters more than speed
  endif()
  if(target STREQUAL "room_base")
    target_precompile_headers(room_base PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.h)
  else()
    target_precompile_headers(${target} REUSE_FROM room_base)
  endif()
endfunction()

function(test_program name)
  cmake_parse_arguments(PARSE_ARGV 1 TEST "" "" "SOURCES;USES")
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE ${TEST_USES} GTest::gmock)
  share_precompiled_header(${name})
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
endfunction()
