# libunpeg: every module but the command line, as a shared and a static library that show nothing
# but what include/unpeg declares; with their headers and unpeg.pc among what is installed.
find_program(UNPEG_OBJCOPY NAMES ${CMAKE_OBJCOPY} objcopy REQUIRED)
get_property(unpeg_parts GLOBAL PROPERTY UNPEG_MODULES)
list(REMOVE_ITEM unpeg_parts unpeg_cli)
get_property(unpeg_link GLOBAL PROPERTY UNPEG_LINK)
list(REMOVE_DUPLICATES unpeg_link)
list(TRANSFORM unpeg_parts REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>" OUTPUT_VARIABLE unpeg_objects)

add_library(libunpeg_shared SHARED ${unpeg_objects})
set(unpeg_map ${CMAKE_CURRENT_LIST_DIR}/libunpeg.map)
target_link_options(libunpeg_shared PRIVATE -Wl,--version-script=${unpeg_map})
if(NOT UNPEG_SANITIZE)
  target_link_options(libunpeg_shared PRIVATE -Wl,-z,defs)
endif()
target_link_libraries(libunpeg_shared PRIVATE ${unpeg_link})
target_include_directories(libunpeg_shared INTERFACE ${PROJECT_SOURCE_DIR}/include)
set_target_properties(libunpeg_shared PROPERTIES OUTPUT_NAME unpeg LINKER_LANGUAGE C
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} LINK_DEPENDS ${unpeg_map})

# One object whose hidden symbols are made local: a static library has no other way to keep the
# names that its own files share from those who link it.
set(unpeg_archive ${CMAKE_CURRENT_BINARY_DIR}/libunpeg.a)
add_custom_command(OUTPUT ${unpeg_archive}
  COMMAND ${CMAKE_LINKER} -r -o libunpeg.o ${unpeg_objects}
  COMMAND ${UNPEG_OBJCOPY} --localize-hidden libunpeg.o
  COMMAND ${CMAKE_COMMAND} -E rm -f ${unpeg_archive}
  COMMAND ${CMAKE_AR} qcs ${unpeg_archive} libunpeg.o
  DEPENDS ${unpeg_parts} ${unpeg_objects} WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}
  COMMENT "Linking libunpeg.a" COMMAND_EXPAND_LISTS VERBATIM)
add_custom_target(libunpeg_static ALL DEPENDS ${unpeg_archive})

list(TRANSFORM unpeg_link PREPEND -l OUTPUT_VARIABLE unpeg_private_libraries)
list(JOIN unpeg_private_libraries " " unpeg_private_libraries)
foreach(folder LIBDIR INCLUDEDIR)
  set(unpeg_pc_${folder} ${CMAKE_INSTALL_${folder}})
  if(NOT IS_ABSOLUTE ${unpeg_pc_${folder}})
    string(PREPEND unpeg_pc_${folder} "\${prefix}/")
  endif()
endforeach()
configure_file(${CMAKE_CURRENT_LIST_DIR}/unpeg.pc.in unpeg.pc @ONLY)

install(TARGETS libunpeg_shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${unpeg_archive} DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/unpeg DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h")
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/unpeg.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
