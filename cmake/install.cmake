# install.cmake - what `cmake --install` puts where, in three components: the program, the library for
# programs that are linked with it, and what building such programs takes.
include(GNUInstallDirs)
set(WL_UNIT_FOLDER lib/systemd/system CACHE STRING "where systemd finds units, under the prefix")
if(CMAKE_INSTALL_PREFIX STREQUAL "/usr" AND EXISTS /etc/debian_version)
  set(WL_ZSH_DEFAULT zsh/vendor-completions)
else()
  set(WL_ZSH_DEFAULT zsh/site-functions)
endif()
set(WL_ZSH_FOLDER ${WL_ZSH_DEFAULT} CACHE STRING "where zsh finds completions, under share")

# wl_install_made(FILE FOLDER COMPONENT): FILE.in with what is known while installing only: the prefix
# (`cmake --install build --prefix ...`)
function(wl_install_made source folder component)
  get_filename_component(name ${source} NAME)
  string(REGEX REPLACE "\\.in$" "" name ${name})
  install(CODE "
    set(WL_PROGRAM \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/wirelint\")
    set(WL_PC_INCLUDEDIR [[${WL_PC_INCLUDEDIR}]])
    set(WL_PC_LIBDIR [[${WL_PC_LIBDIR}]])
    set(WL_PC_DESCRIPTION [[${PROJECT_DESCRIPTION}]])
    set(WL_PC_VERSION ${PROJECT_VERSION})
    set(WL_PC_REQUIRES [[${WL_PC_REQUIRES}]])
    set(WL_PC_DL [[${WL_PC_DL}]])
    configure_file([[${CMAKE_SOURCE_DIR}/${source}]] [[${CMAKE_BINARY_DIR}/${name}]] @ONLY)"
    COMPONENT ${component})
  install(FILES ${CMAKE_BINARY_DIR}/${name} DESTINATION ${folder} COMPONENT ${component})
endfunction()

# ------------------------------------------------------------------------------------ the program

install(TARGETS wirelint RUNTIME COMPONENT program)
install(FILES packaging/man/wirelint.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
install(FILES packaging/man/wirelint.conf.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5 COMPONENT program)
install(FILES packaging/man/wirelint-rules.7 DESTINATION ${CMAKE_INSTALL_MANDIR}/man7 COMPONENT program)
install(FILES packaging/completions/wirelint.bash RENAME wirelint
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
install(FILES packaging/completions/wirelint.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)
install(FILES packaging/completions/_wirelint
  DESTINATION ${CMAKE_INSTALL_DATADIR}/${WL_ZSH_FOLDER} COMPONENT program)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
wl_install_made(packaging/systemd/wirelint@.service.in ${WL_UNIT_FOLDER} program)

# ------------------------------------------------------------------------------------ the library

if(TARGET libwirelint_shared)
  install(TARGETS libwirelint_shared LIBRARY COMPONENT library NAMELINK_COMPONENT development)
endif()
install(TARGETS libwirelint ARCHIVE COMPONENT development)
install(DIRECTORY include/wirelint TYPE INCLUDE COMPONENT development)
install(FILES examples/statuses.c DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libwirelint-dev/examples
  COMPONENT development)

# dlopen(3) is part of some C libraries
set(WL_PC_DL "")
if(CMAKE_DL_LIBS)
  set(WL_PC_DL " -l${CMAKE_DL_LIBS}")
endif()
# everything from the prefix, unless a folder was given as a whole
foreach(folder INCLUDEDIR LIBDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${folder}}")
    set(WL_PC_${folder} "${CMAKE_INSTALL_${folder}}")
  else()
    set(WL_PC_${folder} "\${prefix}/${CMAKE_INSTALL_${folder}}")
  endif()
endforeach()
wl_install_made(cmake/libwirelint.pc.in ${CMAKE_INSTALL_LIBDIR}/pkgconfig development)
