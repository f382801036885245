# install.cmake - what `cmake --install` puts where, in three components: the program, the library for
# programs that are linked with it, and what building such programs takes.
include(GNUInstallDirs)

install(TARGETS wirelint RUNTIME COMPONENT program)
if(TARGET libwirelint_shared)
  install(TARGETS libwirelint_shared LIBRARY COMPONENT library NAMELINK_COMPONENT development)
endif()
install(TARGETS libwirelint ARCHIVE COMPONENT development)
install(DIRECTORY include/wirelint TYPE INCLUDE COMPONENT development)

# written while installing, since only then the prefix is known (`cmake --install build --prefix ...`)
foreach(folder INCLUDEDIR LIBDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${folder}}")
    set(WL_PC_${folder} "${CMAKE_INSTALL_${folder}}")
  else()
    set(WL_PC_${folder} "\${prefix}/${CMAKE_INSTALL_${folder}}")
  endif()
endforeach()
install(CODE "
  set(WL_PC_INCLUDEDIR [[${WL_PC_INCLUDEDIR}]])
  set(WL_PC_LIBDIR [[${WL_PC_LIBDIR}]])
  set(WL_PC_DESCRIPTION [[${PROJECT_DESCRIPTION}]])
  set(WL_PC_VERSION ${PROJECT_VERSION})
  configure_file([[${CMAKE_CURRENT_SOURCE_DIR}/cmake/libwirelint.pc.in]]
    [[${CMAKE_CURRENT_BINARY_DIR}/libwirelint.pc]] @ONLY)" COMPONENT development)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/libwirelint.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
