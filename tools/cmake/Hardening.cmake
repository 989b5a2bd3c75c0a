# Flags of the whole build: sanitizers or hardening, coverage, frame pointers (a profiler
# should itself be profilable).
add_compile_options(-fno-omit-frame-pointer)
if(UNPEG_SANITIZE)
  add_compile_options(-fsanitize=${UNPEG_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${UNPEG_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
# The whole library is instrumented, not only the targets: coverage is what guides the fuzzer.
if(UNPEG_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(UNPEG_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
