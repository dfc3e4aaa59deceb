# qref_cuda_emulated.so: the sources of the CUDA module, compiled for the processor that this runs on. What a GPU would
# do is done by the files of this directory, so that the kernels are proved where there is none.
if(NOT QREF_TEST_TOOLS AND NOT QREF_SANITIZE)
  return() # once is enough, and once more where a sanitizer sees its accesses
endif()
include(CheckLanguage)
check_language(CXX)
if(NOT CMAKE_CXX_COMPILER)
  message(STATUS "The emulation of the CUDA module is left out: no C++ compiler was found")
  return()
endif()
enable_language(CXX)

set(cuda ${PROJECT_SOURCE_DIR}/ref/backends/cuda)
file(GLOB_RECURSE kernels CONFIGURE_DEPENDS ${cuda}/*.cu)
file(GLOB_RECURSE host_sources CONFIGURE_DEPENDS ${cuda}/*.cpp)
file(GLOB emulation_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
set_source_files_properties(${kernels} PROPERTIES LANGUAGE CXX COMPILE_OPTIONS "-xc++")
add_library(qref_cuda_emulated MODULE ${kernels} ${host_sources} ${emulation_sources})
set_target_properties(qref_cuda_emulated PROPERTIES PREFIX "" CXX_STANDARD 20 CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON
                                                    CXX_VISIBILITY_PRESET hidden
                                                    LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
target_include_directories(qref_cuda_emulated PRIVATE ${CMAKE_CURRENT_LIST_DIR} ${PROJECT_SOURCE_DIR}/include
                                                      ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/include)
# What nvcc defines and includes for every file. Fused operations are only those that the source asks for.
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/cuda_fp16.cpp PROPERTIES COMPILE_OPTIONS "-U__CUDACC__")
target_compile_definitions(qref_cuda_emulated PRIVATE __CUDACC__ __CUDA_ARCH__=800 QREF_CUDA_EMULATED)
target_compile_options(
  qref_cuda_emulated
  PRIVATE -include cuda_runtime.h -O2 -ffp-contract=off -Wall -Wextra -Wshadow -Werror -Wno-unknown-pragmas
          -Wno-unused-function -Wno-sign-compare -Wno-deprecated-enum-enum-conversion
          $<$<BOOL:${QREF_SANITIZE}>:-fsanitize=address,undefined -fno-sanitize-recover=all>)
target_link_libraries(qref_cuda_emulated PRIVATE qref_static
                                                 $<$<BOOL:${QREF_SANITIZE}>:-fsanitize=address,undefined>)
target_link_options(qref_cuda_emulated PRIVATE -Wl,--version-script=${cuda}/symbols.map)
