# tapedeck-lambda: the same rooms as a bootstrap for AWS Lambda. A release is one static program, so
# that it starts on whatever glibc Lambda's images have: without SQLite and the metrics (no object
# file of it uses them, so none is linked), and with c-ares for names, since glibc's own resolver
# needs the glibc it was built with. Other builds are dynamic, for tests with sanitizers.

set(lambda_sources src/main/tapedeck_lambda.cc)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Release" OR TAPEDECK_SANITIZE)
  add_executable(tapedeck-lambda ${lambda_sources})
  target_link_libraries(tapedeck-lambda PRIVATE room_main)
  return()
endif()

# Debian has no static fmt, spdlog and toml++: what the rooms use of them is compiled in here. These
# files replace members of the rooms' archives, since a linker takes objects first.
add_executable(tapedeck-lambda ${lambda_sources}
  src/main/tapedeck_lambda_resolver.cc src/main/tapedeck_lambda_stores.cc
  src/main/tapedeck_lambda_fmt.cc src/main/config.cc src/base/log.cc)
target_include_directories(tapedeck-lambda PRIVATE src)
target_link_libraries(tapedeck-lambda PRIVATE asio)  # its definitions; the libraries are below
set_source_files_properties(src/base/log.cc TARGET_DIRECTORY tapedeck-lambda PROPERTIES
  COMPILE_DEFINITIONS SPDLOG_FMT_EXTERNAL)

set(lambda_rooms room_main room_api room_store room_core room_http room_base)
set(lambda_archives libssl libcrypto libsodium libboost_json libboost_url libcares)
list(TRANSFORM lambda_rooms REPLACE "(.+)" "$<TARGET_FILE:\\1>" OUTPUT_VARIABLE lambda_room_files)
list(TRANSFORM lambda_archives REPLACE "(.+)" "-l:\\1.a" OUTPUT_VARIABLE lambda_libraries)
target_link_options(tapedeck-lambda PRIVATE -static-pie -s -Wl,--gc-sections)
# mold takes a member of an archive for a template's instance that another member has as well, and
# with it all that it needs: the commands, SQLite, zlib. GNU ld takes only what is missing.
target_link_options(tapedeck-lambda PRIVATE -fuse-ld=bfd)
target_link_libraries(tapedeck-lambda PRIVATE
  -Wl,--start-group ${lambda_room_files} ${lambda_libraries} -Wl,--end-group)
add_dependencies(tapedeck-lambda ${lambda_rooms})
