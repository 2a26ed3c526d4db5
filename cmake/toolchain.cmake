# How everything is compiled: warnings are errors, release binaries are hardened, and
# TAPEDECK_SANITIZE (address, thread, fuzzer) is chosen by the presets.

set(TAPEDECK_SANITIZE "" CACHE STRING "address | thread | fuzzer")

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers and __DATE__-free sources are safe to share between build folders.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE})
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Wno-missing-field-initializers
                    -Werror -Werror=switch -fno-strict-aliasing)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-fcoroutines -Wno-maybe-uninitialized -Wno-mismatched-new-delete
                      -fpch-preprocess)
else()
  # MUST(!"why"); and libstdc++'s stable_sort uses what its own standard deprecates.
  add_compile_options(-Wno-string-conversion -Wno-deprecated-declarations)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-O2 -g1 -fstack-protector-strong -fcf-protection -D_FORTIFY_SOURCE=2)
  add_link_options(-Wl,-z,relro,-z,now)
else()
  # -O1: coroutine frames at -O0 make the sanitizer build several times slower than it is useful.
  add_compile_options(-O1 -g1 -fno-omit-frame-pointer)
endif()

if(TAPEDECK_SANITIZE STREQUAL "address")
  # Without the checks of each pointer that is used: a null one ends the program under ASan anyway,
  # and they take as long to compile as all the rest.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined
    -fno-sanitize=null,alignment,object-size,vptr,pointer-overflow
    -fno-sanitize=nonnull-attribute,returns-nonnull-attribute)
  add_link_options(-fsanitize=address,undefined)
elseif(TAPEDECK_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)  # Asio has a fence, which ThreadSanitizer does not see
  endif()
  add_link_options(-fsanitize=thread)
elseif(TAPEDECK_SANITIZE STREQUAL "fuzzer")
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=function
                      -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
endif()
if(TAPEDECK_SANITIZE)
  add_compile_definitions(TAPEDECK_SANITIZED)
endif()
