# Compiler flags and dependencies of everything that is built here, as the interface target qref_flags.
include(CheckCCompilerFlag)
include(CheckCSourceCompiles)

# The library is bit-exact. Flags that allow the compiler to reorder, fuse or approximate are refused, because not all
# of them leave a macro that a header could test.
string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
foreach(flag -ffast-math -Ofast -funsafe-math-optimizations -fassociative-math -freciprocal-math -ffinite-math-only
             -fno-signed-zeros -ffp-model=fast -ffp-contract=fast)
  string(FIND " ${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${build_type}} " " ${flag} " position)
  if(NOT position EQUAL -1)
    message(FATAL_ERROR "qref is bit-exact: do not compile with ${flag}")
  endif()
endforeach()

add_library(qref_flags INTERFACE)
target_compile_options(qref_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wdouble-promotion -Werror
                                            -ffp-contract=off -fno-math-errno)
target_compile_definitions(qref_flags INTERFACE _POSIX_C_SOURCE=200809L _FILE_OFFSET_BITS=64)
target_include_directories(qref_flags INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}
                                                ${PROJECT_BINARY_DIR}/include)

# float expressions must be evaluated in float: strict C11 makes gcc widen them on s390x and x87.
check_c_compiler_flag("-Werror -fexcess-precision=fast" QREF_HAS_EXCESS_PRECISION)
if(QREF_HAS_EXCESS_PRECISION)
  target_compile_options(qref_flags INTERFACE -fexcess-precision=fast)
  list(APPEND CMAKE_REQUIRED_FLAGS -fexcess-precision=fast)
endif()
set(evaluates_in_float "#include <float.h>\nint main(void) { int check[FLT_EVAL_METHOD == 0 ? 1 : -1]; return (int)sizeof check - (int)sizeof check; }")
check_c_source_compiles("${evaluates_in_float}" QREF_EVALUATES_IN_FLOAT)
if(NOT QREF_EVALUATES_IN_FLOAT)
  list(APPEND CMAKE_REQUIRED_FLAGS -msse2 -mfpmath=sse)
  string(REPLACE ";" " " CMAKE_REQUIRED_FLAGS "${CMAKE_REQUIRED_FLAGS}")
  check_c_source_compiles("${evaluates_in_float}" QREF_EVALUATES_IN_FLOAT_WITH_SSE)
  if(NOT QREF_EVALUATES_IN_FLOAT_WITH_SSE)
    message(FATAL_ERROR "This compiler evaluates float expressions in a wider format (FLT_EVAL_METHOD is not 0)")
  endif()
  target_compile_options(qref_flags INTERFACE -msse2 -mfpmath=sse)
endif()
unset(CMAKE_REQUIRED_FLAGS)

if(QREF_SANITIZE)
  target_compile_options(qref_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                                              -fno-omit-frame-pointer)
  target_link_options(qref_flags INTERFACE -fsanitize=address,undefined)
endif()

find_package(PkgConfig REQUIRED)
pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson)
target_link_libraries(qref_flags INTERFACE PkgConfig::CJSON m)

# linker_name(VARIABLE NAME PATH): what those who link the static library give their linker: the name where it finds the
# library by that, else the path.
function(linker_name variable name path)
  set(CMAKE_REQUIRED_LIBRARIES ${name})
  check_c_source_compiles("int main(void) { return 0; }" QREF_FINDS_LIBRARY_${name})
  if(QREF_FINDS_LIBRARY_${name})
    set(${variable} ${name} PARENT_SCOPE)
  else()
    set(${variable} ${path} PARENT_SCOPE)
  endif()
endfunction()

# What users of the static library link besides: dlopen, the OpenMP runtime and BLIS.
set(QREF_STATIC_LIBRARIES ${CMAKE_DL_LIBS})
if(QREF_OPENMP)
  find_package(OpenMP REQUIRED COMPONENTS C)
  target_link_libraries(qref_flags INTERFACE OpenMP::OpenMP_C)
  foreach(name ${OpenMP_C_LIB_NAMES})
    linker_name(library ${name} ${OpenMP_${name}_LIBRARY})
    list(APPEND QREF_STATIC_LIBRARIES ${library})
  endforeach()
elseif(CMAKE_C_COMPILER_ID MATCHES "Clang")
  target_compile_options(qref_flags INTERFACE -Wno-unknown-pragmas -Wno-source-uses-openmp)
else()
  target_compile_options(qref_flags INTERFACE -Wno-unknown-pragmas)
endif()

# BLIS: Debian's package has no pkg-config file, its own installation has one.
set(QREF_BLIS_FOUND FALSE)
if(QREF_BLIS)
  pkg_check_modules(BLIS QUIET blis)
  find_path(QREF_BLIS_INCLUDE_DIR blis.h HINTS ${BLIS_INCLUDE_DIRS} PATH_SUFFIXES blis)
  find_library(QREF_BLIS_LIBRARY blis HINTS ${BLIS_LIBRARY_DIRS})
  if(QREF_BLIS_INCLUDE_DIR AND QREF_BLIS_LIBRARY)
    set(CMAKE_REQUIRED_INCLUDES ${QREF_BLIS_INCLUDE_DIR})
    set(CMAKE_REQUIRED_LIBRARIES ${QREF_BLIS_LIBRARY} m)
    check_c_source_compiles(
      "#include <blis.h>
       int main(void) { rntm_t runtime; bli_rntm_init(&runtime); bli_rntm_set_num_threads(1, &runtime);
                        return bli_sgemm_ex == NULL; }"
      QREF_BLIS_WORKS)
    unset(CMAKE_REQUIRED_INCLUDES)
    unset(CMAKE_REQUIRED_LIBRARIES)
    set(QREF_BLIS_FOUND ${QREF_BLIS_WORKS})
  endif()
  if(QREF_BLIS_FOUND)
    linker_name(library blis ${QREF_BLIS_LIBRARY})
    list(APPEND QREF_STATIC_LIBRARIES ${library})
  elseif(QREF_BLIS STREQUAL "AUTO")
    message(STATUS "Backend blis is left out: BLIS was not found (./setup.sh installs it)")
  else()
    message(FATAL_ERROR "Backend blis needs BLIS: run ./setup.sh, or configure with -DQREF_BLIS=OFF")
  endif()
endif()
