# `cmake --install`: libraries, headers, program, data, CMake package and pkg-config file. Both package files find
# themselves by their own location, so that an installed tree can be moved.
include(CMakePackageConfigHelpers)

set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/qref)

install(TARGETS qref_shared EXPORT qrefSharedTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS qref_static EXPORT qrefStaticTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS qref_dpi_static ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${PROJECT_SOURCE_DIR}/ref/dpi/qref_dpi_pkg.sv DESTINATION ${CMAKE_INSTALL_DATADIR}/qref/sv)
install(EXPORT qrefSharedTargets NAMESPACE qref:: DESTINATION ${package_directory})
install(EXPORT qrefStaticTargets NAMESPACE qref:: DESTINATION ${package_directory})
if(TARGET qref_program)
  install(TARGETS qref_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(TARGET qref_mpi_program)
  install(TARGETS qref_mpi_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
# Where qref_backend_open looks for modules.
if(TARGET qref_cuda)
  install(TARGETS qref_cuda LIBRARY DESTINATION lib/qref)
endif()

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/qref DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING
        PATTERN "*.h")
install(FILES ${PROJECT_BINARY_DIR}/include/qref/version.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/qref)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/vectors/models/tiny-mamba DESTINATION ${CMAKE_INSTALL_DATADIR}/qref/models)

configure_package_config_file(ref/package/qrefConfig.cmake.in qrefConfig.cmake INSTALL_DESTINATION
                              ${package_directory})
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(qrefConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/qrefConfig.cmake ${PROJECT_BINARY_DIR}/qrefConfigVersion.cmake
        DESTINATION ${package_directory})

# pkg-config: `prefix` relative to the file itself, except where a distribution sets absolute directories.
if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR} OR IS_ABSOLUTE ${CMAKE_INSTALL_INCLUDEDIR})
  set(QREF_PC_PREFIX ${CMAKE_INSTALL_PREFIX})
  set(QREF_PC_LIBDIR ${CMAKE_INSTALL_FULL_LIBDIR})
  set(QREF_PC_INCLUDEDIR ${CMAKE_INSTALL_FULL_INCLUDEDIR})
else()
  file(RELATIVE_PATH up /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
  string(REGEX REPLACE "/$" "" up "${up}")
  set(QREF_PC_PREFIX "\${pcfiledir}/${up}")
  set(QREF_PC_LIBDIR "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
  set(QREF_PC_INCLUDEDIR "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
set(QREF_PC_LIBS_PRIVATE -lm)
foreach(library ${QREF_STATIC_LIBRARIES})
  if(IS_ABSOLUTE ${library})
    string(APPEND QREF_PC_LIBS_PRIVATE " ${library}")
  else()
    string(APPEND QREF_PC_LIBS_PRIVATE " -l${library}")
  endif()
endforeach()
configure_file(ref/package/qref.pc.in qref.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/qref.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
