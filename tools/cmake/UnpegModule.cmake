# unpeg_module(NAME SOURCES file... DEPENDS module... [LINK library...] [POSIX])
#
# One module of the house: an object library that sees include/, its own folder and the folders
# of the modules it names, and nothing else. A wrong #include does not compile; that is how the
# dependency direction of src/README.md is kept. POSIX modules may use the operating system.
function(unpeg_module name)
  cmake_parse_arguments(M "POSIX" "" "SOURCES;DEPENDS;LINK" ${ARGN})
  add_library(unpeg_${name} STATIC ${M_SOURCES})
  target_include_directories(unpeg_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include
                                           INTERFACE ${CMAKE_CURRENT_SOURCE_DIR}
                                           PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(unpeg_${name} PRIVATE unpeg_warnings)
  if(M_POSIX)
    target_compile_definitions(unpeg_${name} PRIVATE _GNU_SOURCE)
  endif()
  foreach(dep IN LISTS M_DEPENDS)
    # The dependency's headers are for this module alone: PRIVATE include, but link transitively.
    target_include_directories(unpeg_${name} PRIVATE $<TARGET_PROPERTY:unpeg_${dep},INTERFACE_INCLUDE_DIRECTORIES>)
    target_link_libraries(unpeg_${name} PRIVATE $<LINK_ONLY:unpeg_${dep}>)
  endforeach()
  # Without the libraries, as for another processor, what is linked must not need them.
  if(UNPEG_COMPILE_ONLY)
    list(FILTER M_LINK INCLUDE REGEX "^m$")
  endif()
  if(M_LINK)
    target_link_libraries(unpeg_${name} PRIVATE ${M_LINK})
  endif()
  set_property(GLOBAL APPEND PROPERTY UNPEG_MODULES unpeg_${name})
  # A library that is missing is said now, and not by the linker at the end.
  foreach(library IN LISTS M_LINK)
    if(library MATCHES "^[a-z]+$" AND NOT UNPEG_COMPILE_ONLY)
      find_library(UNPEG_LIBRARY_${library} ${library} REQUIRED)
      set_property(GLOBAL APPEND PROPERTY UNPEG_LINK ${library})
    endif()
  endforeach()
endfunction()
