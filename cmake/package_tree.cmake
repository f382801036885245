# package_tree.cmake - run by cpack between installing and packing: what Debian wants otherwise than
# `cmake --install` leaves it. Each package has its changelog and copyright, manual pages and changelogs are compressed, the static library has no debugging
# symbols, and dependencies are found here: cpack's own way adds scripts that call ldconfig, for
# which there is a trigger, and knows nothing of what is loaded on demand.
set(tree ${CPACK_TEMPORARY_DIRECTORY})


foreach(component ${CPACK_COMPONENTS_ALL})
  string(TOUPPER ${component} upper)
  set(folder ${tree}/${component}${CPACK_PACKAGING_INSTALL_PREFIX}/share/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME})
  file(COPY ${CPACK_WL_DOCUMENTS} DESTINATION ${folder})
endforeach()
file(GLOB_RECURSE pages ${tree}/*${CPACK_PACKAGING_INSTALL_PREFIX}/share/man/*.[1-9]
  ${tree}/*${CPACK_PACKAGING_INSTALL_PREFIX}/share/doc/*/changelog)
foreach(page ${pages})
  execute_process(COMMAND gzip -9n ${page} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

file(GLOB_RECURSE archives ${tree}/development/*.a)
foreach(archive ${archives})
  execute_process(COMMAND strip --strip-debug --enable-deterministic-archives ${archive} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# find_dependencies(RESULT object ...): the packages that these are linked with
function(find_dependencies result)
  file(MAKE_DIRECTORY ${tree}/shlibdeps/debian)
  file(WRITE ${tree}/shlibdeps/debian/control "")
  execute_process(COMMAND dpkg-shlibdeps -O ${ARGN} WORKING_DIRECTORY ${tree}/shlibdeps
    OUTPUT_VARIABLE depends OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET COMMAND_ERROR_IS_FATAL ANY)
  file(REMOVE_RECURSE ${tree}/shlibdeps)
  string(REGEX REPLACE "^shlibs:Depends=" "" depends "${depends}")
  set(${result} "${depends}" PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE library LIST_DIRECTORIES false ${tree}/library/*.so.*.*.*)
set(program ${tree}/program${CPACK_PACKAGING_INSTALL_PREFIX}/bin/wirelint)
if(CPACK_WL_ON_DEMAND)
  list(APPEND library ${CPACK_WL_ON_DEMAND}/libon_demand_library.so)
  list(APPEND program ${CPACK_WL_ON_DEMAND}/libon_demand_program.so)
endif()
find_dependencies(CPACK_DEBIAN_LIBRARY_PACKAGE_DEPENDS ${library})
find_dependencies(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS ${program})
