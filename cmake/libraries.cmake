# Third-party libraries, all from Debian. Each is used in one room only; see ARCHITECTURE.md.

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp REQUIRED CONFIG)
find_package(GTest REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)

# Asio and Beast are compiled once, in base and http (see asio.cc and beast.cc there).
add_library(asio INTERFACE)
target_link_libraries(asio INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(asio INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
# Memory comes from malloc, whose free lists are of each thread and size: what Asio has from
# aligned_alloc finds nothing in those lists (glibc 2.36).
target_compile_definitions(asio INTERFACE
  BOOST_ASIO_DISABLE_STD_ALIGNED_ALLOC BOOST_ASIO_DISABLE_BOOST_ALIGN)

set(base_LIBRARIES  asio OpenSSL::Crypto PkgConfig::SODIUM Boost::json fmt::fmt spdlog::spdlog)
set(http_LIBRARIES  OpenSSL::SSL Boost::url)
set(store_LIBRARIES SQLite::SQLite3)
set(main_LIBRARIES  CLI11::CLI11 tomlplusplus::tomlplusplus prometheus-cpp::core ZLIB::ZLIB)
