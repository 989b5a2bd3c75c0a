# The warning set of every unpeg target. -Werror only under UNPEG_WERROR, so that
# packagers with a newer compiler are not stopped by a new warning.
add_library(unpeg_warnings INTERFACE)
target_compile_options(unpeg_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:C>:-Wall;-Wextra;-Wpedantic;-Wshadow;-Wconversion;-Wsign-conversion;-Wcast-qual;-Wwrite-strings;-Wstrict-prototypes;-Wmissing-prototypes;-Wold-style-definition;-Wvla;-Walloca;-Wformat=2;-Wundef;-Wnull-dereference;-Wdouble-promotion;-Wimplicit-fallthrough;-Wpointer-arith;-Wredundant-decls;-Winit-self>)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_compile_options(unpeg_warnings INTERFACE
    $<$<COMPILE_LANGUAGE:C>:-Wduplicated-cond;-Wduplicated-branches;-Wlogical-op;-Wjump-misses-init;-Wtrampolines>)
elseif(CMAKE_C_COMPILER_ID MATCHES "Clang")
  target_compile_options(unpeg_warnings INTERFACE
    $<$<COMPILE_LANGUAGE:C>:-Wmissing-variable-declarations;-Wcomma;-Wunreachable-code;-Wassign-enum;-Wnewline-eof>)
endif()
if(UNPEG_WERROR)
  target_compile_options(unpeg_warnings INTERFACE -Werror)
endif()
