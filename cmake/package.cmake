# package.cmake - three Debian packages with `cpack`: the program, the library, and what building with it
# takes. scripts/check-package makes them, asks lintian, and tries them in a clean tree.
#
# Whoever gives packages away answers for them: DEBFULLNAME and DEBEMAIL, as everywhere in Debian.
if(DEFINED ENV{DEBFULLNAME} AND DEFINED ENV{DEBEMAIL})
  set(WL_PACKAGER "$ENV{DEBFULLNAME} <$ENV{DEBEMAIL}>")
else()
  set(WL_PACKAGER "the wirelint authors <nobody@localhost>")
endif()
set(WL_MAINTAINER "${WL_PACKAGER}" CACHE STRING "Maintainer of the Debian packages: Name <address>")
configure_file(packaging/debian/changelog.in debian/changelog @ONLY)

# What is loaded on demand is linked here, since dpkg-shlibdeps sees only that; nobody runs or installs these.
set(CPACK_WL_ON_DEMAND "")
if(WL_ON_DEMAND)
  foreach(component library program)
    add_library(on_demand_${component} MODULE EXCLUDE_FROM_ALL src/capture/pcap_calls.c src/capture/archive_calls.c
      src/capture/lzma_calls.c
      $<$<STREQUAL:${component},program>:${CMAKE_SOURCE_DIR}/src/microhttpd_calls.c>)
    target_include_directories(on_demand_${component} PRIVATE include src/base)
    target_compile_definitions(on_demand_${component} PRIVATE _POSIX_C_SOURCE=200809L)
    target_link_libraries(on_demand_${component} PRIVATE libwirelint PkgConfig::PCAP PkgConfig::ARCHIVE PkgConfig::LZMA
      $<$<STREQUAL:${component},program>:PkgConfig::MICROHTTPD>)
  endforeach()
  set(CPACK_WL_ON_DEMAND ${CMAKE_BINARY_DIR})
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME wirelint)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(CPACK_PACKAGE_VENDOR "the wirelint authors")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program library development)
set(CPACK_WL_DOCUMENTS ${CMAKE_SOURCE_DIR}/packaging/debian/copyright ${CMAKE_BINARY_DIR}/debian/changelog)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/cmake/package_tree.cmake)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${WL_MAINTAINER}")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS OFF)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME wirelint)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "judge the status sequences of HTTP in packet captures
wirelint reads packet captures, or captures from interfaces, reassembles
TCP, and shows for every HTTP request the whole sequence of statuses that
answered it, interim ones included. Each exchange is judged against a
catalogue of rules from the RFCs and from incidents; what breaks one is
shown with the packets that prove it.

It has a dashboard for terminals, reports for people and programs, and exit
statuses for continuous integration.")

set(WL_RUNTIME libwirelint${WL_SOVERSION})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${WL_RUNTIME})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA
  "${CMAKE_SOURCE_DIR}/packaging/debian/triggers;${CMAKE_BINARY_DIR}/shlibs")
file(WRITE ${CMAKE_BINARY_DIR}/shlibs
  "libwirelint ${WL_SOVERSION} ${WL_RUNTIME} (>= ${PROJECT_VERSION})\n")
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "status sequences of HTTP in packets, as a library
libwirelint takes packets, whole captures or interfaces, and gives HTTP
exchanges with all their responses, and what a catalogue of rules finds in
them. This package is for programs that are linked with it.")

# for the static library, which is linked with these
set(WL_DEVELOPMENT_DEPENDS "zlib1g-dev, nettle-dev")
if(NOT WL_ON_DEMAND)
  string(APPEND WL_DEVELOPMENT_DEPENDS ", libpcap-dev, libarchive-dev, liblzma-dev")
endif()
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libwirelint-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "${WL_RUNTIME} (= ${PROJECT_VERSION}), ${WL_DEVELOPMENT_DEPENDS}")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "status sequences of HTTP in packets, for building programs
libwirelint takes packets, whole captures or interfaces, and gives HTTP
exchanges with all their responses, and what a catalogue of rules finds in
them. This package has its headers, the static library, and an example.")
include(CPack)
