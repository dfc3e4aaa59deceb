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

# The OpenMP runtime, for those who link the static library: by name, or by path where the linker does not find it.
set(QREF_OPENMP_LIBRARIES)
if(QREF_OPENMP)
  find_package(OpenMP REQUIRED COMPONENTS C)
  target_link_libraries(qref_flags INTERFACE OpenMP::OpenMP_C)
  foreach(name ${OpenMP_C_LIB_NAMES})
    set(CMAKE_REQUIRED_LIBRARIES ${name})
    check_c_source_compiles("int main(void) { return 0; }" QREF_FINDS_LIBRARY_${name})
    if(QREF_FINDS_LIBRARY_${name})
      list(APPEND QREF_OPENMP_LIBRARIES ${name})
    else()
      list(APPEND QREF_OPENMP_LIBRARIES ${OpenMP_${name}_LIBRARY})
    endif()
  endforeach()
  unset(CMAKE_REQUIRED_LIBRARIES)
elseif(CMAKE_C_COMPILER_ID MATCHES "Clang")
  target_compile_options(qref_flags INTERFACE -Wno-unknown-pragmas -Wno-source-uses-openmp)
else()
  target_compile_options(qref_flags INTERFACE -Wno-unknown-pragmas)
endif()
